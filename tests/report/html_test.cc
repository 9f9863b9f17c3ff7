// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/images.h"
#include "well_formed.h"

namespace fossilct {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::string evil = "<script>alert(1)</script> \"a\" & 'b' \xff";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string uri_of(const std::string& plain) {
  return data_uri("text/plain", std::as_bytes(std::span(plain)));
}

TEST_CASE("base64, after RFC 4648, section 10") {
  CHECK(uri_of("") == "data:text/plain;base64,");
  CHECK(uri_of("f") == "data:text/plain;base64,Zg==");
  CHECK(uri_of("fo") == "data:text/plain;base64,Zm8=");
  CHECK(uri_of("foo") == "data:text/plain;base64,Zm9v");
  CHECK(uri_of("foobar") == "data:text/plain;base64,Zm9vYmFy");
  CHECK(uri_of("\xfb\xff\xfe") == "data:text/plain;base64,+//+");
}

TEST_CASE("a table: numbers at the right, NaN a dash that is explained") {
  Table scores = {.columns = {{"class", ""}, {"IoU", "of both"}},
                  .rows = {{text_cell("fossil"), number_cell(0.9, 3)},
                           {text_cell("pore"), number_cell(nan, 3)}},
                  .missing_means = "not there"};
  const std::string html = table(scores).text;
  CHECK(test::fault_of(html) == "");
  CHECK(holds(html, "<td class=\"number\">0.900</td>"));
  CHECK(holds(html, "<td class=\"number missing\">–</td>"));
  CHECK(holds(html, "– : not there"));
  scores.rows.pop_back();
  CHECK_FALSE(holds(table(scores).text, "not there"));
  CHECK(test::fault_of(table({}).text) == "");
}

TEST_CASE("a confusion matrix: shares of the rows, colours, rows of nothing") {
  const std::string html =
      confusion_matrix({{"rock", "fossil", "pore"}, {990, 10, 0, 25, 75, 0, 0, 0, 0}}).text;
  CHECK(test::fault_of(html) == "");
  CHECK(holds(html, ">99.0<small>990</small>"));
  CHECK(holds(html, ">25.0<small>25</small>"));
  CHECK(holds(html, "25 voxels of fossil taken for rock"));
  CHECK(holds(html, ">–<small>0</small>"));
  CHECK(holds(html, "--depth:0.43"));  // 0.85 times the root of a quarter
  CHECK_FALSE(holds(html, "nan"));
}

TEST_CASE("a confusion matrix of one class and of thirty") {
  CHECK(test::fault_of(confusion_matrix({{"all"}, {5}}).text) == "");
  Confusion many;
  for (int i = 0; i < 30; ++i) {
    many.names.push_back("class " + std::to_string(i));
  }
  many.counts.resize(900, 1);
  const std::string html = confusion_matrix(many).text;
  CHECK(test::fault_of(html) == "");
  CHECK(holds(html, "confusion crowded"));
  CHECK_FALSE(holds(html, "<small>"));
}

TEST_CASE("JSON for readers") {
  const Json json = {{"name", "default"},
                     {"weight_decay", 0.01},
                     {"axes", {"z", "y"}},
                     {"rates", nullptr},
                     {"stages", {{{"batch", 4}, {"frozen", {{"epochs", 2}}}}, {{"batch", 8}}}},
                     {"empty", Json::array()},
                     {"mixed", {1, {{"a", 2}}}}};
  const std::string html = json_view(json).text;
  CHECK(test::fault_of(html) == "");
  CHECK(holds(html, "<dt>weight decay</dt><dd>0.01</dd>"));
  CHECK(holds(html, "<dd>z, y</dd>"));
  CHECK(holds(html, "<dt>stages</dt><dd class=\"nested\"><div class=\"scroll\">"));
  CHECK(holds(html, "<dt>rates</dt><dd>–</dd>"));
  CHECK(holds(html, "<th scope=\"col\" class=\"number\">frozen epochs</th>"));
  CHECK(holds(html, "<td class=\"number\">8</td><td class=\"number\">–</td>"));
  CHECK(test::fault_of(json_block(json).text) == "");
  CHECK(holds(json_view(Json("\xff")).text, "\xef\xbf\xbd"));
  CHECK(test::fault_of(json_block(Json{{"\xff", "<\xfe>"}}).text) == "");
}

TEST_CASE("a list of objects with many names is a table of columns") {
  Json stage;
  for (const char* key : {"a", "b", "c", "d", "e", "f", "g"}) {
    stage[key] = key;
  }
  Json other = stage;
  other.erase("g");
  const std::string html = json_view(Json::array({stage, other})).text;
  CHECK(test::fault_of(html) == "");
  CHECK(holds(html, "<th scope=\"col\">1</th>"));
  CHECK(holds(html, "<td>a</td><td>a</td><td>a</td>"));
  CHECK(holds(html, "<td>g</td><td>g</td><td>–</td>"));
}

TEST_CASE("no name gets into a page unescaped") {
  HtmlPage page = {.title = evil, .subtitle = evil, .footer = evil};
  page.summary = notice(NoticeKind::warning, evil) + headlines({{evil, evil, evil}}) +
                 key_values({{evil, evil}}) + paragraph(evil);
  page.sections.push_back({evil, figure(text(evil), evil, evil)});
  page.sections.push_back({evil, folded(evil, json_block(Json{{evil, evil}}))});
  page.sections.push_back({evil, json_view(Json{{evil, {evil, evil}}})});
  page.sections.push_back({evil, table({{{evil, evil}}, {{text_cell(evil)}}, evil})});
  page.sections.push_back({evil, confusion_matrix({{evil, evil}, {1, 2, 3, 4}})});
  page.sections.push_back({evil, with_overlay_switch("a", evil,
                                                     layered_image({"data:,", "data:,", evil}) +
                                                         colour_key({{{1, 2, 3}, true, evil}}))});
  const std::string html = html_text(page);
  CHECK(test::fault_of(html) == "");
  CHECK_FALSE(holds(html, "<script"));
  CHECK_FALSE(holds(html, "\xff"));
  CHECK(html == html_text(page));
}

TEST_CASE("a page fetches nothing and lists what is in it") {
  const HtmlPage page = {.title = "t", .sections = {{"Curves", paragraph("a")}, {"Scores", {}}}};
  const std::string html = html_text(page);
  CHECK(holds(html, "<a href=\"#section-2\">Scores</a>"));
  CHECK(holds(html, "<section id=\"section-2\">"));
  for (const char* outside : {"http:", "https:", "src=\"/", "@import", "url("}) {
    CHECK_MESSAGE(!holds(html, outside), outside);
  }
}

TEST_CASE("the checker of these tests finds faults") {
  CHECK(test::fault_of("<p>a</p><br/>") == "");
  for (const char* bad : {"<p>", "<p></b>", "</p>", "<p a=b></p>", "<p>a & b</p>",
                          "<p a=\"1\" a=\"2\"></p>", "<p a=\"<\"></p>", "a < b"}) {
    CHECK_MESSAGE(test::fault_of(bad) != "", bad);
  }
}

}  // namespace
}  // namespace fossilct
