// SPDX-License-Identifier: Apache-2.0
#include "apps/night/morning.h"

#include <doctest/doctest.h>

#include "base/csv.h"
#include "tests/apps/example_morning.h"
#include "tests/report/well_formed.h"
#include "tests/support.h"

namespace fossilct {
namespace {

using test::example_facts;
using test::example_night;
using test::night_began;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string body_of(const std::string& html) { return html.substr(html.find("<html")); }

TEST_CASE("the page is well-formed, and nothing in a name becomes markup") {
  const std::string html = morning_html(example_night(false), example_facts(), night_began + 1000);
  CHECK(test::WellFormed(body_of(html)).fault() == "");
  CHECK_FALSE(contains(html, "<script"));
  CHECK_FALSE(contains(html, "<b>twice"));
  CHECK(contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(contains(html, "&lt;img src=x&gt;"));  // a class
  CHECK(contains(html, "Killed &lt;by&gt; the kernel"));
}

TEST_CASE("links lead to files below the page alone") {
  const std::string html = morning_html(example_night(false), example_facts(), night_began + 1000);
  CHECK(contains(html, "href=\"./scans/core-a/report.html\""));
  CHECK(contains(html, "href=\"./log/%3Cscript%3Ealert%281%29%3C/script%3E/segment.log\""));
  for (std::size_t at = 0; (at = html.find("href=\"", at)) != std::string::npos; ++at) {
    const std::string address = html.substr(at + 6, 2);
    CHECK((address == "./" || address.front() == '#'));
  }
}

TEST_CASE("what failed stands first, with what to do") {
  const std::string html = morning_html(example_night(false), example_facts(), night_began + 1000);
  const std::size_t failed = html.find("<h2>What failed</h2>");
  REQUIRE(failed != std::string::npos);
  CHECK(failed < html.find("<h2>Scans</h2>"));
  CHECK(contains(html, "1 stage failed, in 1 of 3 scans; 1 stage that needed them could not run"));
  CHECK(contains(html, "<strong>To do: </strong>give memory-gb = 8 &amp; run it again"));

  NightRecord good = example_night(false);
  good.stages.erase(good.stages.begin() + 6, good.stages.begin() + 8);
  CHECK_FALSE(contains(morning_html(good, example_facts(), night_began + 1000), "What failed"));
}

TEST_CASE("counts are of the catalogues, a catalogue that can't be read is told") {
  MorningFacts facts = example_facts();
  CHECK(contains(morning_html(example_night(false), facts, night_began + 1000), ">1,234<"));
  facts.counts.clear();
  facts.troubles["core-a"] = "catalogue.sqlite: is damaged";
  const std::string html = morning_html(example_night(false), facts, night_began + 1000);
  CHECK(contains(html, "core-a: catalogue"));
  CHECK(contains(html, "is damaged"));
}

TEST_CASE("the summary is a table that is read back, a row a scan") {
  const CsvTable table =
      parse_csv("summary.csv", summary_csv(example_night(false), example_facts()));
  REQUIRE(table.rows.size() == 3);
  const auto field = [&](std::size_t row, const std::string& column) {
    return table.rows[row].fields[table.at(column)];
  };
  CHECK(field(0, "scan") == "core-a");
  CHECK(field(0, "state") == "done");
  CHECK(field(0, "fossils") == "1234");
  CHECK(field(0, "classes") == "fossil: 1200; <img src=x>: 34");
  CHECK(field(0, "per_cm3") == "2500");
  CHECK(field(0, "undecided") == "1224");
  CHECK(field(0, "report") == "scans/core-a/report.html");
  CHECK(field(0, "seconds") == "240");
  CHECK(field(1, "scan") == "<script>alert(1)</script>");
  CHECK(field(1, "state") == "failed");
  CHECK(field(1, "fossils") == "");
  CHECK(field(1, "failed_stage") == "segment");
  CHECK(contains(field(1, "reason"), "needed more memory"));
  CHECK(field(2, "state") == "done");
}

TEST_CASE("what is read beside the journal: ends of logs, files that are there") {
  const test::TemporaryFolder folder;
  NightRecord night = example_night(false);
  night.folder = folder.path();
  for (NightScan& scan : night.scans) {
    scan.folder = folder / "scans" / scan.name;
  }
  std::filesystem::create_directories(night.scans[0].folder / "fossils");
  test::write_file(night.scans[0].folder / "report.html", "<html></html>");
  test::write_file(night.scans[0].folder / "fossils" / "catalogue.sqlite",
                   std::string("SQLite format 3\0", 16) + std::string(200, 'x'));
  test::write_file(night.scans[0].folder / "fossils" / "specimens.csv", "id\n");
  test::write_file(night.scans[0].folder / "fossils" / "specimens.json", "{}\n");
  night.stages[6].log = folder / "segment.log";
  std::string log;
  for (int i = 0; i < 5000; ++i) {
    log += "line " + std::to_string(i) + "\n";
  }
  test::write_file(night.stages[6].log, log + "segment 1 %\rsegment 2 %\x1b[K\nKilled\n\n");
  const MorningFacts facts = morning_facts(night);
  const std::string& end = facts.log_ends.at("<script>alert(1)</script>/segment");
  CHECK(contains(end, "line 4999\nsegment 2 %"));
  CHECK_FALSE(contains(end, "segment 1 %"));
  CHECK_FALSE(contains(end, "\x1b"));
  CHECK_FALSE(contains(end, "line 4900\n"));
  CHECK(end.ends_with("Killed\n"));
  CHECK(facts.scan_files.at("core-a").size() == 2);
  CHECK(facts.scan_files.at("core c").empty());
  CHECK(facts.counts.empty());
  CHECK(contains(facts.troubles.at("core-a"), "catalogue.sqlite"));

  write_morning(night, night_began + 1000);
  CHECK(contains(test::read_file(folder / "index.html"), "href=\"./summary.csv\""));
  CHECK(contains(test::read_file(folder / "summary.csv"), "core-a,done"));
}

}  // namespace
}  // namespace fossilct
