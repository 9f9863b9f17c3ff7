// SPDX-License-Identifier: Apache-2.0
// The real scans: every file opens with the size and type its README states, goes into a volume
// file and out again bit for bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "io/export.h"
#include "io/open_scan.h"
#include "io/transfer.h"
#include "io/volume_file.h"
#include "pattern.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

struct RealScan {
  const char* path;
  Size3 size;
  PixelType type;
  bool labels = false;
  bool has_spacing = false;
};

const std::vector<RealScan> scans = {
    {"core-a/scan", {256, 256, 160}, PixelType::u16},
    {"core-a/labels", {256, 256, 160}, PixelType::u8, true},
    {"core-a/instances.tif", {256, 256, 160}, PixelType::u16, true},
    {"core-b/scan", {224, 224, 128}, PixelType::u16},
    {"core-b/labels", {224, 224, 128}, PixelType::u8, true},
    {"core-b/instances.tif", {224, 224, 128}, PixelType::u16, true},
    {"microct/shell_225x128x128.tif", {128, 128, 225}, PixelType::u8},
    {"microct/cement_128x128x128.tif", {128, 128, 128}, PixelType::u8},
    {"sandstone/scan", {996, 1024, 6}, PixelType::u8},
    {"sandstone/masks", {996, 1024, 6}, PixelType::u8, true},
    {"formats/stent.nrrd", {128, 128, 256}, PixelType::f32},
    {"formats/lung_ct_sm.nii.gz", {122, 101, 30}, PixelType::i16, false, true},
    {"formats/vessels_256cube_LABELS.h5", {256, 256, 256}, PixelType::u8, true},
    {"formats/wood.tif", {455, 269, 1}, PixelType::u16},
};

OpenOptions options_for(const RealScan& scan) {
  OpenOptions options;
  options.labels = scan.labels;
  options.threads = 2;
  if (!scan.has_spacing) {
    options.spacing.spacing_um = Vector3{0.71, 0.71, 1.42};
  }
  return options;
}

void import_scan(VolumeSource& source, const std::filesystem::path& output, Progress& progress) {
  VolumeFileOptions options;
  options.kind = source.description().kind;
  options.threads = 2;
  VolumeFileSink sink(output, source.grid(), source.type(), options);
  transfer(source, sink, "import", progress);
  sink.finish();
}

bool same_voxels_in(VolumeSource& a, VolumeSource& b) {
  const AnyVolume left = a.read(whole(a.grid().size));
  const AnyVolume right = b.read(whole(b.grid().size));
  return same_voxels(left.view(), right.view());
}

// TIFF has no place for an origin or axes.
bool same_place(const Grid& a, const Grid& b, bool spacing_only) {
  const auto near = [](const Vector3& p, const Vector3& q) {
    return std::abs(p.x - q.x) + std::abs(p.y - q.y) + std::abs(p.z - q.z) <=
           1e-6 * (1 + std::abs(p.x) + std::abs(p.y) + std::abs(p.z));
  };
  return a.size == b.size && near(a.spacing_um, b.spacing_um) &&
         (spacing_only || near(a.origin_um, b.origin_um));
}

}  // namespace

TEST_CASE("each real scan has the size and type its README states, and survives the round trip") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: FOSSILCT_TEST_DATA is not there");
    return;
  }
  Progress progress;
  for (const RealScan& scan : scans) {
    CAPTURE(scan.path);
    const TemporaryFolder folder;
    const auto source = open_scan(*data / scan.path, options_for(scan), progress);
    CHECK(source->grid().size == scan.size);
    CHECK(source->type() == scan.type);
    CHECK((source->description().kind == VolumeKind::labels) == scan.labels);
    import_scan(*source, folder / "scan.h5", progress);
    const auto imported = open_scan(folder / "scan.h5", OpenOptions{}, progress);
    CHECK(imported->grid() == source->grid());
    CHECK(same_voxels_in(*source, *imported));
    for (const char* name : {"out.tif", "out", "out.nrrd", "out.mha", "out.nii", "out.h5"}) {
      CAPTURE(name);
      const auto sink = make_export_sink(folder / name, export_format_of(folder / name).value(),
                                         imported->description(), IfExists::refuse, 2);
      transfer(*imported, *sink, "export", progress);
      sink->finish();
      OpenOptions again;
      again.labels = scan.labels;
      const auto back = open_scan(folder / name, again, progress);
      CHECK(same_voxels_in(*imported, *back));
      CHECK(same_place(imported->grid(), back->grid(),
                       std::string(name).starts_with("out.tif") || std::string(name) == "out"));
    }
  }
}

TEST_CASE("the sandstone is a stack of every 50th slice, and says so") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: FOSSILCT_TEST_DATA is not there");
    return;
  }
  Progress progress;
  const auto source =
      open_scan(*data / "sandstone/scan", options_for({"", {}, PixelType::u8}), progress);
  CHECK(source->description().slice_step == 50);
  CHECK_FALSE(source->description().notices.empty());
}

TEST_CASE("projections are imported with a warning that they are no volume") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: FOSSILCT_TEST_DATA is not there");
    return;
  }
  Progress progress;
  for (const char* name :
       {"formats/tooth.h5", "formats/txrm_test_chip_tomo.txrm", "formats/test_chip00.xrm"}) {
    CAPTURE(name);
    const auto source = open_scan(*data / name, options_for({"", {}, PixelType::u8}), progress);
    CHECK(source->description().projections);
    CHECK(voxel_count(source->grid().size) > 1000);
  }
}
