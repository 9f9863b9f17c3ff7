// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_report.h"

#include <doctest/doctest.h>

#include "apps/cli/output_check.h"
#include "base/error.h"
#include "support.h"

namespace fossilct {

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Grid core_grid() {
  Grid grid;
  grid.size = {256, 256, 160};
  grid.spacing_um = {4, 4, 8};
  return grid;
}

}  // namespace

TEST_CASE("facts stand in two columns; empty ones are left out") {
  CHECK(facts_text({{"a", "1"}, {"gone", ""}, {"longer", "2\n3"}}) ==
        "a       1\nlonger  2\n        3\n");
}

TEST_CASE("lengths are in their units, and without a voxel size there are none") {
  Grid grid = core_grid();
  std::string text = facts_text(volume_facts(grid, PixelType::u16, VolumeKind::intensity));
  CHECK(contains(text, "256 x 256 x 160 voxels, 21.0 MB"));
  CHECK(contains(text, "voxel size     4 x 4 x 8 um"));
  CHECK(contains(text, "1.024 x 1.024 x 1.28 mm"));
  CHECK_FALSE(contains(text, "direction"));
  Json json = volume_json(grid, PixelType::u16, VolumeKind::intensity);
  CHECK(json["spacing_um"] == Json::array({4.0, 4.0, 8.0}));
  CHECK(json["bytes"] == 256 * 256 * 160 * 2);

  grid.spacing_known = false;
  grid.spacing_um = {1, 1, 1};
  text = facts_text(volume_facts(grid, PixelType::u8, VolumeKind::labels));
  CHECK(contains(text, "voxel size  not known"));
  CHECK_FALSE(contains(text, " mm"));
  json = volume_json(grid, PixelType::u8, VolumeKind::labels);
  CHECK(json["spacing_um"].is_null());
  CHECK_FALSE(json.contains("physical_size_mm"));
  CHECK(json["kind"] == "labels");
}

TEST_CASE("a turned scan shows its axes") {
  Grid grid = core_grid();
  grid.direction = {0, 1, 0, 1, 0, 0, 0, 0, -1};
  const std::string text = facts_text(volume_facts(grid, PixelType::u8, VolumeKind::intensity));
  CHECK(contains(text, "x axis (0, 1, 0); y axis (1, 0, 0); z axis (0, 0, -1)"));
}

TEST_CASE("an output that can't be written is refused before the work, and nothing is left") {
  const test::TemporaryFolder folder;
  require_output(folder / "new.h5", AtomicKind::file, IfExists::refuse);
  require_output(folder / "slices", AtomicKind::folder, IfExists::refuse);
  CHECK(std::filesystem::is_empty(folder.path()));
  test::write_file(folder / "old.h5", "x");
  CHECK(contains(test::message_of<Error>([&] {
                   require_output(folder / "old.h5", AtomicKind::file, IfExists::refuse);
                 }),
                 "exists already"));
  require_output(folder / "old.h5", AtomicKind::file, IfExists::replace);
  CHECK(test::read_file(folder / "old.h5") == "x");
}

}  // namespace fossilct
