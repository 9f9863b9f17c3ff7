// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "made_up_fossils.h"
#include "report/fossil_report.h"
#include "report/report_parts.h"

namespace fossilct {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The JSON of an element of the page.
Json json_of(const std::string& page, const std::string& id) {
  const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
  const std::size_t at = page.find(begin);
  REQUIRE(at != std::string::npos);
  const std::size_t first = at + begin.size();
  return parse_json(page.substr(first, page.find("</script>", first) - first));
}

const std::string nul("a\0b", 3);

TEST_CASE("JSON within <script>: nothing ends the element, bytes that are no text are replaced") {
  const std::string json =
      script_json(Json{{"</script><!--", "<script>\xff\xe2\x80\xa8"}, {"nul", nul}});
  CHECK_FALSE(holds(json, "<"));
  CHECK(std::all_of(json.begin(), json.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  const Json back = parse_json(json);
  CHECK(back["</script><!--"] == "<script>\xef\xbf\xbd\xe2\x80\xa8");
  CHECK(back["nul"] == nul);
}

TEST_CASE("one page: as many scripts as it means to have, whatever the names hold") {
  FossilReport report = test::made_up_report(5);
  const std::string evil = "</script><script>alert(1)</script>\"'\xff" + nul;
  report.title = report.subtitle = report.footer = report.classes[0].name = evil;
  report.measures[0].name = report.measures[0].unit = report.fossils[0].remark = evil;
  report.fossils[0].pictures[0].caption = evil;
  report.skipped = {{evil, evil}};
  report.scans = {{.name = evil, .facts = {{evil, evil}}}};
  report.signature = ReportSignature{evil, evil, evil, false};
  report.provenance = {{evil, evil}};
  const WrittenReport written = fossil_report_html(report);
  REQUIRE(written.files.size() == 1);
  const std::string& page = written.files[0].content;
  // The data, the page's script, three.js, 12 slices, thumbnails, details of 5.
  CHECK(count_of(page, "<script") == 3 + 12 + 1 + 5);
  CHECK(count_of(page, "<script") == count_of(page, "</script"));
  CHECK_FALSE(holds(page, "alert(1)</"));
  CHECK_FALSE(holds(page, "\xff"));
  CHECK(page == fossil_report_html(report).files[0].content);
}

TEST_CASE("the data of the table") {
  FossilReport report = test::made_up_report(3);
  report.fossils[1].measures[0] = 12.3456789;
  report.fossils[1].doubt = unknown_number;
  report.fossils[1].truncated = report.fossils[1].split = true;
  report.fossils[1].fragment = false;
  const std::string page = fossil_report_html(report).files[0].content;
  const Json data = json_of(page, "report-data");
  CHECK(data["fossils"]["id"] == Json({1, 2, 3}));
  CHECK(data["measures"][0]["values"][1] == 12.3457);
  CHECK(data["fossils"]["doubt"][1].is_null());
  CHECK(data["fossils"]["flags"][1] == 5);
  CHECK(data["fossils"]["details"] == Json({2, 2, 2}));
  CHECK(data["classes"][0]["colour"] == "#0072b2");
  CHECK(data["classes"][3]["colour"] == "#cc79a7");  // of our own palette
  CHECK(json_of(page, "part-thumbnails-0").size() == 3);
  CHECK(json_of(page, "part-fossil-2")["pictures"].size() == 3);
}

TEST_CASE("taxa: what a person said, what the model says, and how many there are of each") {
  FossilReport report = test::made_up_report(4);
  for (ReportFossil& fossil : report.fossils) {
    fossil.review = Review::open;
  }
  const std::string page = fossil_report_html(report).files[0].content;
  const Json taxa = json_of(page, "report-data")["fossils"]["taxon"];
  CHECK(taxa[0].is_null());
  CHECK(taxa[1]["name"] == "Uvigerina");
  CHECK(taxa[1]["byPerson"] == true);
  CHECK(taxa[1]["best"][0] == Json({"Globigerina bulloides", 0.93}));
  CHECK(taxa[2]["name"] == "");
  CHECK(taxa[3]["novelty"] == 1.42);
  CHECK(holds(page, "<td>Uvigerina</td><td class=\"number\">1</td><td class=\"number\">1</td>"));
  CHECK(holds(page, "<td>unsure</td><td class=\"number\">2</td><td class=\"number\">0</td>"));
  CHECK(holds(page, "<td>not named</td><td class=\"number\">1</td>"));
  CHECK(holds(page, "Like nothing that the model knows: 1 fossil."));
  report.fossils[2].review = Review::rejected;
  CHECK(holds(fossil_report_html(report).files[0].content,
              "<td>unsure</td><td class=\"number\">1</td>"));
  for (ReportFossil& fossil : report.fossils) {
    fossil.taxon = {};
  }
  CHECK_FALSE(holds(fossil_report_html(report).files[0].content, "<h3>Taxa</h3>"));
}

// Half of the fossils in a second scan, with depths.
FossilReport report_of_two_scans() {
  FossilReport report = test::made_up_report(20);
  report.measures.push_back({.name = "depth", .unit = "m", .decimals = 4});
  report.scans.push_back({.name = "core18"});
  for (std::size_t scan = 0; scan < 2; ++scan) {
    report.scans[scan].top_m = 1200 + 3 * static_cast<double>(scan);
    report.scans[scan].bottom_m = report.scans[scan].top_m + 0.05;
    report.scans[scan].found = {10, 2.5, 1.25, 4.5};
    report.scans[scan].by_class.resize(report.classes.size());
  }
  for (std::size_t i = 0; i < report.fossils.size(); ++i) {
    report.fossils[i].scan = i % 2;
    report.fossils[i].measures.push_back(report.scans[i % 2].top_m + 0.001234567);
  }
  return report;
}

TEST_CASE("several scans: counts of each by depth, the scan and depth of each fossil") {
  FossilReport report = report_of_two_scans();
  const std::string page = fossil_report_html(report).files[0].content;
  CHECK(count_of(page, "10<small>2.5 (1.25 to 4.5)</small>") == 2);
  CHECK(holds(page, "1200 to 1200.05</td>"));
  CHECK(holds(page, "The scans</h2>"));
  const Json data = json_of(page, "report-data");
  CHECK(data["scans"] == Json{"core17", "core18"});
  CHECK(data["fossils"]["scan"][1] == 1);
  CHECK(data["measures"].back()["decimals"] == 4);
  CHECK(data["measures"].back()["values"][1] == 1203.0012);
  const std::vector<ReportPlot> plots = report_plots(report);
  REQUIRE(plots.back().name == "depths");
  // A bar for each class in each scan, and the two scans behind them.
  CHECK(count_of(plots.back().svg.text, "class=\"band\"") == 2);
  CHECK(holds(plots.back().svg.text, "<title>core18</title>"));
  report.fossils[3].scan = 2;
  CHECK_THROWS_WITH_AS(fossil_report_html(report), doctest::Contains("scan 2 of 2"), Error);
  report.fossils[3].scan = 1;
  report.scans[1].by_class.pop_back();
  CHECK_THROWS_WITH_AS(fossil_report_html(report), doctest::Contains("scan core18"), Error);
}

TEST_CASE("depths of one scan: its ends are those of the axis; unknown ones make no plot") {
  FossilReport report = report_of_two_scans();
  report.scans.pop_back();
  for (ReportFossil& fossil : report.fossils) {
    fossil.scan = 0;
  }
  const Markup svg = report_plots(report).back().svg;
  CHECK_FALSE(holds(svg.text, "class=\"band\""));
  CHECK(holds(svg.text, ">1,200.05</text>"));
  for (ReportFossil& fossil : report.fossils) {
    fossil.measures.back() = unknown_number;
  }
  CHECK(report_plots(report).back().name != "depths");
}

TEST_CASE("a mesh: 16-bit points within its box, indices as small as they can be") {
  ReportFossil fossil;
  fossil.mesh = {{0, 0, 5, 10, 0, 5, 10, 20, 5}, {0, 1, 2}};
  const Json mesh = details_json(fossil)["mesh"];
  CHECK(mesh["low"] == Json({0.0, 0.0, 5.0}));
  CHECK(mesh["high"] == Json({10.0, 20.0, 5.0}));
  CHECK(mesh["indexBytes"] == 2);
  CHECK(mesh["triangles"] == "AAABAAIA");
  CHECK(mesh["points"] == "AAAAAAAA//8AAAAA/////wAA");
}

TEST_CASE("the limit: the most doubtful keep their details, the page says how many do not") {
  FossilReport report = test::made_up_report(40);
  const std::int64_t whole =
      static_cast<std::int64_t>(fossil_report_html(report).files[0].content.size());
  const WrittenReport written = fossil_report_html(report, {.most_bytes = whole - 1'000'000});
  REQUIRE_FALSE(written.is_folder);
  const std::string& page = written.files[0].content;
  CHECK(static_cast<std::int64_t>(page.size()) <= whole - 1'000'000);
  REQUIRE(written.fossils_without_details > 0);
  CHECK(written.remarks.size() == 1);
  CHECK(holds(page,
              std::to_string(written.fossils_without_details) + " others have their thumbnails"));
  const Json data = json_of(page, "report-data")["fossils"];
  double least_kept = 1, most_left = -1;
  for (std::size_t i = 0; i < 40; ++i) {
    const double doubt = data["doubt"][i].is_null() ? -1.0 : data["doubt"][i].get<double>();
    CHECK((data["details"][i] == 2) == holds(page, "part-fossil-" + std::to_string(i) + "\""));
    data["details"][i] == 2 ? least_kept = std::min(least_kept, doubt)
                            : most_left = std::max(most_left, doubt);
  }
  CHECK(least_kept >= most_left);
}

TEST_CASE("beyond the limit a folder, and said; one file on demand is refused") {
  const FossilReport report = test::made_up_report(4);
  const WrittenReport written = fossil_report_html(report, {.most_bytes = 1'000'000});
  CHECK(written.is_folder);
  REQUIRE(written.remarks.size() == 1);
  CHECK(holds(written.remarks[0], "written as a folder"));
  CHECK(written.files[0].name == "index.html");
  const auto details =
      std::find_if(written.files.begin(), written.files.end(),
                   [](const ReportFile& file) { return file.name == "parts/fossil-3.js"; });
  REQUIRE(details != written.files.end());
  CHECK(details->content.starts_with("fossilctPart(\"fossil-3\",{"));
  CHECK_THROWS_AS(
      fossil_report_html(report, {.form = ReportForm::one_file, .most_bytes = 1'000'000}), Error);
}

TEST_CASE("no fossils, no classes, nothing at all") {
  FossilReport report = test::made_up_report(0);
  CHECK(holds(fossil_report_html(report).files[0].content, "No fossil was found in this scan."));
  CHECK(holds(fossil_report_html({}).files[0].content, "Nobody has signed"));
  CHECK(report_plots(report).empty());
}

TEST_CASE("an index that leads nowhere is refused by name") {
  const auto fault = [](void (*spoil)(FossilReport&)) {
    FossilReport report = test::made_up_report(2);
    spoil(report);
    try {
      fossil_report_html(report);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(holds(fault([](FossilReport& r) { r.fossils[1].class_index = 9; }),
              "fossil 2: class 9 of 5"));
  CHECK(holds(fault([](FossilReport& r) { r.fossils[0].measures.pop_back(); }),
              "fossil 1: 4 measures"));
  CHECK(holds(fault([](FossilReport& r) { r.fossils[0].mesh.triangles[0] = 99999; }),
              "names point 99999"));
  CHECK(holds(fault([](FossilReport& r) {
                r.fossils[0].mesh.points_um[0] = static_cast<float>(unknown_number);
              }),
              "not finite"));
  CHECK(holds(fault([](FossilReport& r) { r.slices[0].outlines.push_back({.fossil = 7}); }),
              "number 7 of 2"));
}

}  // namespace
}  // namespace fossilct
