// SPDX-License-Identifier: Apache-2.0
#include "night/overview.h"

#include <doctest/doctest.h>

#include "tests/apps/example_night.h"

namespace fossilct {
namespace {

using test::example_night;
using test::night_began;

TEST_CASE("a run is what its process and its outcome say") {
  NightRecord night = example_night(true);
  CHECK(run_state(night) == RunState::running);
  night.running_process = 0;
  CHECK(run_state(night) == RunState::killed);
  for (const RunState state : {RunState::done, RunState::failed, RunState::interrupted}) {
    night.outcome = name_of(state);
    CHECK(run_state(night) == state);
  }
}

TEST_CASE("a scan is what the worst of its stages is") {
  const NightRecord night = example_night(true);
  const auto scans = scans_of(night, night_began + 500);
  REQUIRE(scans.size() == 3);
  CHECK(scans[0].state == StageState::done);
  CHECK(scans[1].state == StageState::failed);
  CHECK(scans[2].state == StageState::running);
  CHECK(scans[0].stages.size() == 4);
  CHECK(scans[0].seconds == 240);
  CHECK(scans[2].seconds == 10 + 90);
  CHECK(stages_of_job(night).size() == 2);
  CHECK(failures_of(night).size() == 1);
  CHECK(blocked_stages(night) == 1);
}

TEST_CASE("what runs though nobody lives to run it waits") {
  NightRecord night = example_night(true);
  night.running_process = 0;
  const auto scans = scans_of(night, night_began + 500);
  CHECK(scans[2].state == StageState::waiting);
  CHECK(scans[2].seconds == 10);
}

TEST_CASE("what is left follows from the stages that are done and the sizes of scans") {
  NightRecord night = example_night(true);
  // segment took 200 s for 1000 bytes: of core c 200 - 90 are left, and extract's 30.
  TimeLeft left = time_left(night, night_began + 500);
  CHECK(left.seconds == doctest::Approx(110 + 30));
  CHECK(left.unknown.empty());

  night.scans[2].bytes = 3000;
  CHECK(time_left(night, night_began + 500).seconds == doctest::Approx(600 - 90 + 90));

  // Nothing is left of a stage that takes longer than was thought.
  CHECK(time_left(night, night_began + 5000).seconds == doctest::Approx(90));

  night.stages[3].state = StageState::skipped;  // the one extract that was done
  left = time_left(night, night_began + 500);
  CHECK(left.seconds == doctest::Approx(600 - 90));
  CHECK(left.unknown == std::vector<std::string>{"extract"});
}

TEST_CASE("without sizes a stage takes as long as the others on average") {
  NightRecord night = example_night(true);
  for (NightScan& scan : night.scans) {
    scan.bytes = 0;
  }
  night.stages[6].state = StageState::done;  // 40 s, beside the 200 s of core-a
  CHECK(time_left(night, night_began + 410).seconds == doctest::Approx(120 + 30));
}

TEST_CASE("times are written as UTC") {
  CHECK(utc_text(night_began) == "2027-01-15T08:00:00Z");
  CHECK(utc_text(0).empty());
}

}  // namespace
}  // namespace fossilct
