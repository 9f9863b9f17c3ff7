// SPDX-License-Identifier: Apache-2.0
#include "apps/night/status_text.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "report/markup.h"
#include "tests/apps/example_night.h"

namespace fossilct {
namespace {

using test::example_night;
using test::night_began;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : split(text, '\n')) {
    if (contains(line, part)) {
      return line;
    }
  }
  return "no line has " + part;
}

TEST_CASE("durations fit a column") {
  CHECK(short_duration(0.42) == "0.4s");
  CHECK(short_duration(9.96) == "10s");
  CHECK(short_duration(252) == "4m12");
  CHECK(short_duration(3900) == "1h05");
  CHECK(short_duration(3599.7) == "1h00");
}

TEST_CASE("the table tells every scan and stage") {
  const std::string text = status_text(example_night(true), night_began + 500, {.columns = 100});
  CHECK(contains(text,
                 "/data/tonight.job: running for 8 min 20 s, 1 of 3 scans done, 1 failed; "
                 "about 2 min 20 s left\n"));
  CHECK(contains(line_with(text, "core-a "), "core-a                     10s     3m20     30s"));
  CHECK(contains(line_with(text, "core c "), "> 37%    ."));
  CHECK(contains(line_with(text, "<script>"), "FAILED   blocked"));
  CHECK(contains(text, "job:  train 1m39   well .\n"));
  CHECK(contains(text, "now: core c segment, for 1 min 30 s: segment: 37 %, 1.2 M voxels"));
  CHECK(contains(text, "failed: <script>alert(1)</script> segment: needed more memory"));
  CHECK(contains(text, "to do: give memory-gb = 8 & run it again"));
  CHECK(contains(text, "log: /data/tonight.job/log/"));
  CHECK_FALSE(contains(text, "classify"));  // nobody asked for it
  CHECK_FALSE(contains(text, "\x1b"));
}

TEST_CASE("a run that ended says how to go on") {
  NightRecord night = example_night(false);
  CHECK(contains(status_text(night, night_began + 9000, {}),
                 ": failed after 16 min 40 s, 2 of 3 scans done, 1 failed\n"));
  CHECK(contains(status_text(night, night_began + 9000, {}),
                 "fossilct run /data/tonight.ini goes on where it was"));
  night.stages.erase(night.stages.begin() + 6, night.stages.begin() + 8);
  night.outcome = "done";
  CHECK_FALSE(contains(status_text(night, night_began + 9000, {}), "goes on"));
}

TEST_CASE("names of scans give way in a narrow window, and can't steer the terminal") {
  NightRecord night = example_night(true);
  night.scans[1].name = "a long name \x1b[31m that nobody can read in full";
  night.stages[5].scan = night.stages[6].scan = night.stages[7].scan = night.scans[1].name;
  const std::string text = status_text(night, night_began + 500, {.columns = 60});
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK(characters_of(line_with(text, "a long name")) <= 60);
}

TEST_CASE("with colours the columns stand as without") {
  const NightRecord night = example_night(true);
  std::string coloured = status_text(night, night_began + 500, {.columns = 100, .colour = true});
  CHECK(contains(coloured, "\x1b[31mFAILED"));
  for (const char* code : {"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"}) {
    for (std::size_t at = 0; (at = coloured.find(code)) != std::string::npos;) {
      coloured.erase(at, std::string(code).size());
    }
  }
  CHECK(coloured == status_text(night, night_began + 500, {.columns = 100}));
}

TEST_CASE("a table higher than the window leaves out what is done, and says so") {
  NightRecord night = example_night(true);
  for (int i = 0; i < 40; ++i) {
    const std::string name = "more-" + std::to_string(i);
    night.scans.push_back({name, "", "", "", 1000});
    night.stages.push_back(test::stage_of(name, "import", StageState::waiting));
  }
  const std::string text = status_text(night, night_began + 500, {.columns = 100, .rows = 24});
  CHECK(std::ranges::count(text, '\n') <= 24);
  CHECK(contains(text, "core c"));
  CHECK_FALSE(contains(text, "core-a"));
  CHECK(contains(text, " scans more; "));
}

TEST_CASE("--json tells it all to a program") {
  const Json json = status_json(example_night(true), night_began + 500);
  CHECK(json.at("state") == "running");
  CHECK(json.at("process") == 4711);
  CHECK(json.at("began") == "2027-01-15T08:00:00Z");
  CHECK(json.at("ended").is_null());
  CHECK(json.at("seconds_left").get<double>() == doctest::Approx(140));
  CHECK(json.at("scans").size() == 3);
  const Json& stage = json.at("scans").at(1).at("stages").at(1);
  CHECK(stage.at("stage") == "segment");
  CHECK(stage.at("state") == "failed");
  CHECK(stage.at("exit_code") == 1);
  CHECK(stage.at("tries") == 2);

  NightRecord killed = example_night(true);
  killed.running_process = 0;
  const Json after = status_json(killed, night_began + 500);
  CHECK(after.at("state") == "killed");
  CHECK(after.at("seconds_left").is_null());
  CHECK(after.at("scans").at(2).at("stages").at(1).at("state") == "waiting");
}

}  // namespace
}  // namespace fossilct
