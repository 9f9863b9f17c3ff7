// SPDX-License-Identifier: Apache-2.0
#include "apps/night/stage_needs.h"

#include <doctest/doctest.h>

#include "night/job.h"

namespace fossilct {
namespace {

TEST_CASE("every stage of a scan has its needs, which grow with the scan") {
  const StageWork small = {.voxels = 1'000'000, .voxel_bytes = 2, .fossils = 2};
  StageWork large = small;
  large.voxels *= 1000;
  large.fossils *= 1000;
  for (const std::string_view stage : scan_stages) {
    CAPTURE(stage);
    const StageNeed a = known_need(std::string(stage), small, 2);
    const StageNeed b = known_need(std::string(stage), large, 2);
    CHECK(a.memory_bytes > 0);
    CHECK(a.seconds > 0);
    CHECK(b.seconds > a.seconds);
    CHECK(b.scratch_bytes + b.kept_bytes >= a.scratch_bytes + a.kept_bytes);
    // Nothing holds a scan in memory.
    CHECK(b.memory_bytes == a.memory_bytes);
    CHECK(known_need(std::string(stage), large, 8).seconds <= b.seconds);
  }
}

TEST_CASE("slabs of a segmentation take a byte a voxel, axis and class but the background") {
  const StageWork work = {.voxels = 1000, .axes = 3, .classes = 4};
  CHECK(known_need("segment", work, 2).scratch_bytes == 1000 * 3 * 3);
}

TEST_CASE("an imported scan takes its bytes and a seventh for the levels") {
  const StageWork work = {.voxels = 7'000'000, .voxel_bytes = 2};
  CHECK(known_need("import", work, 2).kept_bytes == doctest::Approx(16'000'000));
}

TEST_CASE("there is always a fossil to count with") { CHECK(assumed_fossils(10) == 1); }

}  // namespace
}  // namespace fossilct
