// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.h"

#include "report/page_style.h"

namespace fossilct {

namespace {

std::string id_of(std::size_t section) { return "section-" + std::to_string(section + 1); }

Markup head_of(const HtmlPage& page) {
  // The style sheet is ours and holds no character that would have to be escaped.
  return element("head",
                 empty_element("meta", {{"charset", "utf-8"}}) +
                     empty_element("meta", {{"name", "viewport"},
                                            {"content", "width=device-width, initial-scale=1"}}) +
                     empty_element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                     element("title", text(page.title)) + element("style", Markup{page_style()}));
}

Markup contents_of(const HtmlPage& page) {
  Markup links;
  for (std::size_t i = 0; i < page.sections.size(); ++i) {
    links += element("li", element("a", {{"href", "#" + id_of(i)}}, text(page.sections[i].title)));
  }
  return page.sections.size() < 2
             ? Markup{}
             : element("nav", {{"aria-label", "Contents"}}, element("ul", links));
}

Markup section_of(const PageSection& section, std::size_t number) {
  return element("section", {{"id", id_of(number)}},
                 element("h2", text(section.title)) + section.content);
}

}  // namespace

std::string html_text(const HtmlPage& page) {
  Markup main = element("header", element("h1", text(page.title)) +
                                      element("p", {{"class", "subtitle"}}, text(page.subtitle))) +
                page.summary + contents_of(page);
  for (std::size_t i = 0; i < page.sections.size(); ++i) {
    main += section_of(page.sections[i], i);
  }
  main += element("footer", text(page.footer));
  const Markup html =
      element("html", {{"lang", "en"}}, head_of(page) + element("body", element("main", main)));
  return "<!DOCTYPE html>\n" + html.text + "\n";
}

}  // namespace fossilct
