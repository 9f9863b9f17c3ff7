// SPDX-License-Identifier: Apache-2.0
#include "report/report_sections.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/images.h"
#include "report/numbers.h"
#include "report/report_parts.h"

namespace fossilct {

namespace {

struct Section {
  std::string id;
  std::string title;
  Markup content;
};

// For a script to fill.
Markup place_named(const std::string& id) { return element("div", {{"id", id}}, Markup{}); }

constexpr double doubtful_from = 0.5;

std::int64_t count_where(const FossilReport& report, bool (*is_meant)(const ReportFossil&)) {
  return std::count_if(report.fossils.begin(), report.fossils.end(), is_meant);
}

std::string density_text(const ReportClass& one) {
  if (std::isnan(one.per_mm3)) {
    return no_number_text;
  }
  const std::string interval =
      std::isnan(one.per_mm3_low)
          ? ""
          : " (" + number_text(one.per_mm3_low) + " to " + number_text(one.per_mm3_high) + ")";
  return number_text(one.per_mm3) + interval;
}

Markup swatch(const FossilReport& report, std::size_t class_index) {
  return element("span",
                 {{"class", "swatch"},
                  {"style", "--swatch:" + hex_colour(colour_of_class(report, class_index))}});
}

Markup class_table(const FossilReport& report) {
  Markup rows;
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    const ReportClass& one = report.classes[i];
    rows += element("tr", element("td", swatch(report, i) + text(one.name)) +
                              element("td", {{"class", "number"}}, text(format_count(one.count))) +
                              element("td", {{"class", "number"}}, text(density_text(one))));
  }
  const Markup head = element(
      "tr", element("th", {{"scope", "col"}}, text("class")) +
                element("th", {{"scope", "col"}, {"class", "number"}}, text("fossils")) +
                element("th", {{"scope", "col"}, {"class", "number"}}, text("per mm³ (interval)")));
  return element(
      "div", {{"class", "scroll"}},
      element("table", {{"class", "classes"}}, element("thead", head) + element("tbody", rows)));
}

Markup summary(const FossilReport& report) {
  const std::int64_t doubtful =
      count_where(report, [](const ReportFossil& fossil) { return fossil.doubt >= doubtful_from; });
  const std::int64_t accepted = count_where(
      report, [](const ReportFossil& fossil) { return fossil.review == Review::accepted; });
  const std::int64_t rejected = count_where(
      report, [](const ReportFossil& fossil) { return fossil.review == Review::rejected; });
  const std::int64_t truncated = count_where(report, [](const ReportFossil& fossil) {
    return fossil.truncated && fossil.review != Review::rejected;
  });
  // Rejected ones are no fossils.
  const std::int64_t all = static_cast<std::int64_t>(report.fossils.size()) - rejected;
  return headlines({{"Fossils", format_count(all),
                     "of " + format_count(static_cast<std::int64_t>(report.classes.size())) +
                         (report.classes.size() == 1 ? " class" : " classes")},
                    {"Doubtful", format_count(doubtful),
                     "doubt of " + decimal_text(doubtful_from, 1) + " or more"},
                    {"Reviewed", format_count(accepted + rejected),
                     format_count(accepted) + " accepted, " + format_count(rejected) + " rejected"},
                    {"Cut by the border", format_count(truncated), "measured too small"}});
}

Markup signature_notice(const FossilReport& report) {
  if (!report.signature) {
    return notice(NoticeKind::information, "Nobody has signed this catalogue yet.");
  }
  const ReportSignature& signature = *report.signature;
  const std::string who =
      "Signed by " + signature.by + ", " + signature.when + ": " + signature.state;
  return notice(signature.is_valid ? NoticeKind::information : NoticeKind::warning, who);
}

Markup plots(const FossilReport& report) {
  std::vector<Markup> figures;
  for (const ReportPlot& plot : report_plots(report)) {
    figures.push_back(figure(plot.svg, plot.title));
  }
  return figures.empty() ? Markup{} : figure_grid(figures, 420);
}

Markup fossils(const FossilReport& report, std::int64_t without_details, bool shows_meshes) {
  if (report.fossils.empty()) {
    return paragraph("No fossil was found in this scan.");
  }
  Markup result;
  if (without_details > 0) {
    result += notice(NoticeKind::information,
                     "To keep this file small, meshes and pictures of the most doubtful fossils "
                     "alone are in it; " +
                         format_count(without_details) +
                         " others have their thumbnails and measures only. The report as a folder "
                         "holds them all.");
  }
  if (!shows_meshes) {
    result += notice(NoticeKind::information,
                     "This report was written by a build without three.js: meshes are not shown.");
  }
  return result +
         element("noscript",
                 paragraph("The table of fossils needs JavaScript, which is off in this "
                           "browser.")) +
         place_named("fossil-table");
}

Markup skipped(const FossilReport& report) {
  Table list = {.columns = {{"what", ""}, {"why", ""}}, .rows = {}};
  for (const ReportSkipped& one : report.skipped) {
    list.rows.push_back({text_cell(one.what), text_cell(one.why)});
  }
  return report.skipped.empty() ? paragraph("Nothing was skipped.") : table(list);
}

std::vector<Section> sections_of(const FossilReport& report, std::int64_t without_details,
                                 bool shows_meshes) {
  std::vector<Section> result;
  result.push_back({"counts", "Counts and sizes", class_table(report) + plots(report)});
  result.push_back({"fossils", "Fossils", fossils(report, without_details, shows_meshes)});
  if (!report.slices.empty()) {
    result.push_back({"slices", "Slices", place_named("slice-view")});
  }
  if (report.validation) {
    result.push_back({"validation", "How good the model is", table(*report.validation)});
  }
  result.push_back({"scan", "The scan", key_values(report.scan)});
  result.push_back({"made", "How this was made", json_view(report.provenance)});
  result.push_back({"skipped", "What was skipped", skipped(report)});
  return result;
}

}  // namespace

Markup report_body(const FossilReport& report, std::int64_t fossils_without_details,
                   bool shows_meshes) {
  Markup links;
  Markup content;
  for (const Section& section : sections_of(report, fossils_without_details, shows_meshes)) {
    links += element("li", element("a", {{"href", "#" + section.id}}, text(section.title)));
    content += element("section", {{"id", section.id}},
                       element("h2", text(section.title)) + section.content);
  }
  return element("header", element("h1", text(report.title)) +
                               element("p", {{"class", "subtitle"}}, text(report.subtitle))) +
         summary(report) + signature_notice(report) +
         element("nav", {{"aria-label", "Contents"}}, element("ul", links)) + content +
         element("footer", text(report.footer));
}

}  // namespace fossilct
