// SPDX-License-Identifier: Apache-2.0
// What we export we must be able to import again, with the same voxel size.
#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "io/export.h"
#include "io/open_scan.h"
#include "pattern.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

void export_pattern(const std::filesystem::path& path, const ScanDescription& description) {
  const AnyVolume volume = pattern_volume(description.type, description.grid.size);
  const auto sink =
      make_export_sink(path, export_format_of(path).value(), description, IfExists::refuse, 1);
  write_in_slabs(*sink, volume.view(), 4);
  sink->finish();
}

ScanDescription described(const Vector3& spacing_um, bool known) {
  ScanDescription description;
  description.type = PixelType::u16;
  description.grid.size = {6, 5, 7};
  description.grid.spacing_um = spacing_um;
  description.grid.spacing_known = known;
  return description;
}

constexpr const char* names[] = {"out.tif", "out", "out.nrrd", "out.mha", "out.nii", "out.nii.gz"};

}  // namespace

TEST_CASE("a voxel of exactly 1 um comes back from our own exports") {
  Progress progress;
  for (const char* name : names) {
    CAPTURE(std::string(name));
    const TemporaryFolder folder;
    export_pattern(folder / name, described({1, 1, 1}, true));
    const auto back = open_scan(folder / name, OpenOptions{}, progress);
    CHECK(back->grid().spacing_um.x == doctest::Approx(1));
    CHECK(back->grid().spacing_um.z == doctest::Approx(1));
  }
}

TEST_CASE("an unknown voxel size is still unknown after an export") {
  Progress progress;
  for (const char* name : names) {
    CAPTURE(std::string(name));
    const TemporaryFolder folder;
    export_pattern(folder / name, described({1, 1, 1}, false));
    CHECK_THROWS_AS(open_scan(folder / name, OpenOptions{}, progress), Error);
  }
}

TEST_CASE("where the voxel size is unknown the place in the scan, in voxels, survives an export") {
  Progress progress;
  OpenOptions options;
  options.spacing.unknown = true;
  for (const char* name : {"out.nrrd", "out.mha", "out.nii", "out.nii.gz"}) {
    CAPTURE(std::string(name));
    const TemporaryFolder folder;
    ScanDescription description = described({1, 1, 1}, false);
    description.grid.origin_um = {7, 40, -3};
    export_pattern(folder / name, description);
    const auto back = open_scan(folder / name, options, progress);
    CHECK_FALSE(back->grid().spacing_known);
    CHECK(back->grid().origin_um == description.grid.origin_um);
  }
}

TEST_CASE("a spacing of many digits comes back whole from TIFF") {
  Progress progress;
  for (const char* name : {"out.tif", "out", "out.nrrd", "out.mha"}) {
    CAPTURE(std::string(name));
    const TemporaryFolder folder;
    const Vector3 spacing_um{0.65432100001, 0.65432100001, 1.30000000007};
    export_pattern(folder / name, described(spacing_um, true));
    const Vector3 back = open_scan(folder / name, OpenOptions{}, progress)->grid().spacing_um;
    CHECK(back.x == doctest::Approx(spacing_um.x).epsilon(1e-12));
    CHECK(back.z == doctest::Approx(spacing_um.z).epsilon(1e-12));
  }
}

TEST_CASE("a stack of every 50th slice is still one after an export to a folder") {
  Progress progress;
  const TemporaryFolder folder;
  ScanDescription description = described({2, 2, 100}, true);
  description.slice_step = 50;
  export_pattern(folder / "out", description);
  CHECK(std::filesystem::exists(folder / "out/out_0300.tif"));
  const auto back = open_scan(folder / "out", OpenOptions{}, progress);
  CHECK(back->description().slice_step == 50);
  CHECK(back->grid().spacing_um.z == 100);
}

TEST_CASE("a volume file keeps the numbers of its slices, for masks that come later") {
  Progress progress;
  const TemporaryFolder folder;
  ScanDescription description = described({2, 2, 2}, true);
  description.slice_numbers = {1, 2, 3, 4, 5, 6, 7};
  export_pattern(folder / "from_one.h5", description);
  CHECK(open_scan(folder / "from_one.h5", OpenOptions{}, progress)->description().slice_numbers ==
        description.slice_numbers);

  description.slice_step = 50;
  description.slice_numbers = {0, 50, 100, 150, 200, 250, 300};
  export_pattern(folder / "apart.h5", description);
  CHECK(open_scan(folder / "apart.h5", OpenOptions{}, progress)->description().slice_numbers ==
        description.slice_numbers);

  description.slice_step = 1;
  description.slice_numbers = {0, 1, 2, 4, 5, 6, 7};  // a gap: no even numbers to keep
  export_pattern(folder / "gap.h5", description);
  CHECK(open_scan(folder / "gap.h5", OpenOptions{}, progress)->description().slice_numbers.empty());
}
