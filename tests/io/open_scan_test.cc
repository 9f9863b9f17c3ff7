// SPDX-License-Identifier: Apache-2.0
#include "io/open_scan.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/error.h"
#include "io/volume_file.h"
#include "support.h"

using namespace fossilct;
using test::message_of;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool any_holds(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return holds(line, part); });
}

template <typename T>
std::string bytes_of_values(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// 4 x 4 x 4 voxels of the values 0 ... 63.
template <typename T>
std::string ramp() {
  std::vector<T> values(64);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(i);
  }
  return bytes_of_values(values);
}

struct Scratch {
  test::TemporaryFolder folder;
  Progress progress;
  OpenOptions options;

  Scratch() { options.spacing.spacing_um = Vector3{2, 2, 2}; }

  std::unique_ptr<VolumeSource> open_raw(const std::string& bytes, const std::string& layout) {
    test::write_file(folder / "scan.bin", bytes);
    options.raw = parse_raw_layout(layout);
    return open_scan(folder / "scan.bin", options, progress);
  }
  std::unique_ptr<VolumeSource> open_nhdr(const std::string& fields) {
    test::write_file(folder / "scan.bin", ramp<std::uint8_t>());
    test::write_file(folder / "scan.nhdr",
                     "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 4 4 4\nencoding: raw\n" + fields +
                         "data file: scan.bin\n");
    return open_scan(folder / "scan.bin", options, progress);
  }
  std::string refusal(const std::string& bytes, const std::string& layout) {
    return message_of<Error>([&] { open_raw(bytes, layout); });
  }
};

template <typename T>
T voxel(VolumeSource& source, const Index3& at) {
  const AnyVolume read = source.read({at, {at.x + 1, at.y + 1, at.z + 1}});
  return read.view().template as<T>()(0, 0, 0);
}

}  // namespace

TEST_CASE("reorient, roi, downsample and type are applied in this order") {
  Scratch scratch;
  scratch.options.reorientation.flip = {false, false, true};
  scratch.options.roi = Box{{0, 0, 0}, {4, 4, 2}};  // of the flipped scan: its last slices
  scratch.options.downsample = 2;
  scratch.options.type = PixelType::f32;
  const auto source = scratch.open_raw(ramp<std::uint8_t>(), "4x4x4:u8");
  CHECK(source->grid().size == Size3{2, 2, 1});
  CHECK(source->grid().spacing_um == Vector3{4, 4, 4});
  CHECK(source->type() == PixelType::f32);
  // The mean of 0, 1, 4, 5 and their like in slices 3 and 2 (48 and 32 up) is 42.5, rounded up.
  CHECK(voxel<float>(*source, {0, 0, 0}) == 43.0F);
}

TEST_CASE("a region outside is refused by its option") {
  Scratch scratch;
  scratch.options.roi = Box{{0, 0, 0}, {5, 4, 4}};
  CHECK(holds(scratch.refusal(ramp<std::uint8_t>(), "4x4x4:u8"), "--roi"));
}

TEST_CASE("spacing is settled and the origin follows it") {
  Scratch scratch;
  scratch.options.spacing = {};
  const std::string placed =
      "space dimension: 3\nspace directions: (0.5,0,0) (0,0.5,0) (0,0,0.5)\n"
      "space origin: (1,2,3)\n";
  const auto in_mm = scratch.open_nhdr(placed);
  CHECK(in_mm->grid().spacing_um == Vector3{500, 500, 500});
  CHECK(in_mm->grid().origin_um == Vector3{1000, 2000, 3000});
  CHECK(any_holds(in_mm->description().notices, "scan.nhdr beside it"));
  CHECK(any_holds(in_mm->description().notices, "taken as mm"));
  scratch.options.spacing.unit = SpacingUnit::micrometre;
  CHECK(scratch.open_nhdr(placed)->grid().origin_um == Vector3{1, 2, 3});
  scratch.options.spacing = {};
  const std::string message = message_of<Error>([&] { scratch.open_nhdr(""); });
  CHECK(holds(message, "no spacings in the NRRD header"));
  CHECK(holds(message, "--spacing-um"));
  scratch.options.spacing.unknown = true;
  const auto unknown = scratch.open_nhdr("space dimension: 3\nspace origin: (1,2,3)\n");
  CHECK_FALSE(unknown->grid().spacing_known);
  CHECK(unknown->grid().origin_um == Vector3{});
  CHECK(any_holds(unknown->description().notices, "origin is left out"));
  // In voxels along the axes where the file counts both in one unit, whichever that is.
  const auto in_voxels = scratch.open_nhdr(
      "space dimension: 3\nspace directions: (0,0.5,0) (-0.25,0,0) (0,0,2)\n"
      "space units: \"?\" \"?\" \"?\"\nspace origin: (1,2,3)\n");
  CHECK_FALSE(in_voxels->grid().spacing_known);
  CHECK(in_voxels->grid().origin_um == Vector3{4, 4, 1.5});
}

TEST_CASE("sheared axes are refused with the file's name") {
  Scratch scratch;
  const std::string message = message_of<Error>([&] {
    scratch.open_nhdr("space dimension: 3\nspace directions: (1,0,0) (1,1,0) (0,0,2)\n");
  });
  CHECK(holds(message, "scan.bin"));
  CHECK(holds(message, "right angles"));
}

TEST_CASE("labels of any integer-valued type become unsigned") {
  Scratch scratch;
  scratch.options.labels = true;
  const auto kept = scratch.open_raw(ramp<std::uint16_t>(), "4x4x4:u16le");
  CHECK(kept->type() == PixelType::u16);
  CHECK(kept->description().kind == VolumeKind::labels);
  const auto shorts = scratch.open_raw(ramp<std::int16_t>(), "4x4x4:i16le");
  CHECK(shorts->type() == PixelType::u16);
  CHECK(voxel<std::uint16_t>(*shorts, {3, 3, 3}) == 63);
  CHECK(any_holds(shorts->description().notices, "stored as i16"));
  const auto floats = scratch.open_raw(ramp<float>(), "4x4x4:f32le");
  CHECK(floats->type() == PixelType::u8);
  CHECK(voxel<std::uint8_t>(*floats, {1, 0, 2}) == 33);
  std::vector<std::int32_t> large(8, 0);
  large[5] = 70'000;
  const auto wide = scratch.open_raw(bytes_of_values(large), "2x2x2:i32le");
  CHECK(wide->type() == PixelType::u32);
  CHECK(voxel<std::uint32_t>(*wide, {1, 0, 1}) == 70'000);
}

TEST_CASE("what is no label is refused with value and place") {
  Scratch scratch;
  scratch.options.labels = true;
  const auto read = [&](const std::string& bytes, const std::string& layout) {
    return message_of<Error>([&] { scratch.open_raw(bytes, layout)->read(whole({2, 2, 2})); });
  };
  std::vector<float> floats(8, 1);
  floats[6] = 0.5F;
  std::string message = read(bytes_of_values(floats), "2x2x2:f32le");
  CHECK(holds(message, "(0, 1, 1) is 0.5"));
  CHECK(holds(message, "no label"));
  floats[6] = 4294967296.0F;  // the float nearest to the largest u32, and one more
  message = read(bytes_of_values(floats), "2x2x2:f32le");
  CHECK(holds(message, "(0, 1, 1) is 4294967296"));
  std::vector<std::int16_t> shorts(8, 1);
  shorts[1] = -1;
  message = read(bytes_of_values(shorts), "2x2x2:i16le");
  CHECK(holds(message, "(1, 0, 0) is -1"));
  scratch.options.window = Window{0, 1};
  CHECK(holds(read(std::string(8, '\1'), "2x2x2:u8"), "--window"));
}

TEST_CASE("a window by percentiles reads the scan once") {
  Scratch scratch;
  scratch.options.window_percentiles = {0.1, 99.9};
  scratch.options.type = PixelType::u8;
  std::vector<std::uint16_t> values(64);
  for (std::size_t i = 0; i < 64; ++i) {
    values[i] = static_cast<std::uint16_t>(1000 + 10 * i);
  }
  const auto source = scratch.open_raw(bytes_of_values(values), "4x4x4:u16le");
  CHECK(source->type() == PixelType::u8);
  CHECK(voxel<std::uint8_t>(*source, {0, 0, 0}) == 0);
  CHECK(voxel<std::uint8_t>(*source, {3, 3, 3}) == 255);
  scratch.options.window_percentiles = {2, 98};
  const std::string message = scratch.refusal(bytes_of_values(values), "4x4x4:u16le");
  CHECK(holds(message, "2 is no percentile that is kept"));
  CHECK(holds(message, "99.5"));
  scratch.options.window_percentiles = {1, 99};
  CHECK(holds(scratch.refusal(std::string(64, 'x'), "4x4x4:u8"), "are both 120"));
  scratch.options.window = Window{0, 1};
  CHECK(holds(scratch.refusal(std::string(64, 'x'), "4x4x4:u8"), "given twice"));
}

TEST_CASE("NaN and infinite voxels become the minimum only when asked for") {
  Scratch scratch;
  std::vector<float> values(8, 7);
  values[0] = -3;
  values[1] = std::numeric_limits<float>::quiet_NaN();
  values[2] = std::numeric_limits<float>::infinity();
  const auto kept = scratch.open_raw(bytes_of_values(values), "2x2x2:f32le");
  CHECK(std::isnan(voxel<float>(*kept, {1, 0, 0})));
  scratch.options.replace_nan = true;
  const auto replaced = scratch.open_raw(bytes_of_values(values), "2x2x2:f32le");
  CHECK(voxel<float>(*replaced, {1, 0, 0}) == -3.0F);
  CHECK(voxel<float>(*replaced, {0, 1, 0}) == -3.0F);
  CHECK(voxel<float>(*replaced, {1, 1, 1}) == 7.0F);
  CHECK(any_holds(replaced->description().notices, "1 NaN and 1 infinite voxels"));
}

TEST_CASE("NaN is never made a number in passing") {
  Scratch scratch;
  std::vector<float> values(8, 7);
  values[5] = std::numeric_limits<float>::quiet_NaN();
  scratch.options.type = PixelType::u8;
  const auto typed = scratch.open_raw(bytes_of_values(values), "2x2x2:f32le");
  CHECK_THROWS_AS(typed->read(Box{{0, 0, 0}, {2, 2, 2}}), Error);
  scratch.options.type.reset();
  scratch.options.downsample = 2;
  const auto halved = scratch.open_raw(bytes_of_values(values), "2x2x2:f32le");
  CHECK_THROWS_AS(halved->read(Box{{0, 0, 0}, {1, 1, 1}}), Error);
  scratch.options.replace_nan = true;
  values[0] = -9;
  const auto replaced = scratch.open_raw(bytes_of_values(values), "2x2x2:f32le");
  CHECK(voxel<float>(*replaced, {0, 0, 0}) == doctest::Approx((6 * 7 - 9 - 9) / 8.0));
  const std::vector<float> nothing(8, std::numeric_limits<float>::quiet_NaN());
  CHECK(holds(scratch.refusal(bytes_of_values(nothing), "2x2x2:f32le"), "no finite voxel"));
}

TEST_CASE("options that do not fit the container are refused by name") {
  Scratch scratch;
  scratch.options.dataset = "/data";
  CHECK(holds(scratch.refusal(std::string(64, 'x'), "4x4x4:u8"), "--dataset"));
  scratch.options.dataset.clear();
  scratch.options.level = 1;
  CHECK(holds(scratch.refusal(std::string(64, 'x'), "4x4x4:u8"), "--level"));
}

TEST_CASE("our own volume file keeps its spacing; --spacing-um corrects it and its origin") {
  Scratch scratch;
  Grid grid;
  grid.size = {4, 4, 4};
  grid.origin_um = {10, 20, 30};
  Volume<std::uint8_t> volume({4, 4, 4});
  volume(1, 2, 3) = 9;
  VolumeFileSink sink(scratch.folder / "own.h5", grid, PixelType::u8, {});
  sink.write(AnyConstView(std::as_const(volume).view()));
  sink.finish();
  scratch.options.spacing = {};
  const auto own = open_scan(scratch.folder / "own.h5", scratch.options, scratch.progress);
  CHECK(own->grid().spacing_um == Vector3{1, 1, 1});
  CHECK(own->grid().origin_um == grid.origin_um);
  CHECK(voxel<std::uint8_t>(*own, {1, 2, 3}) == 9);
  scratch.options.spacing.spacing_um = Vector3{2, 2, 2};
  const auto corrected = open_scan(scratch.folder / "own.h5", scratch.options, scratch.progress);
  CHECK(corrected->grid().spacing_um == Vector3{2, 2, 2});
  CHECK(corrected->grid().origin_um == Vector3{20, 40, 60});
}

TEST_CASE("a stop is heeded inside the pass over the voxels") {
  Scratch scratch;
  scratch.options.window_percentiles = {1, 99};
  scratch.progress.request_cancel();
  CHECK_THROWS_AS(scratch.open_raw(ramp<std::uint8_t>(), "4x4x4:u8"), Cancelled);
  // A percentile that is not kept is said before that pass.
  scratch.options.window_percentiles = {2, 98};
  CHECK(holds(scratch.refusal(ramp<std::uint8_t>(), "4x4x4:u8"), "2 is no percentile"));
}

TEST_CASE("the real files open by path alone, with the spacing where they have none") {
  const auto data = test::test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  Progress progress;
  OpenOptions options;
  const auto lung = open_scan(*data / "formats/lung_ct_sm.nii.gz", options, progress);
  CHECK(lung->grid().spacing_um == Vector3{3000, 3000, 3000});
  CHECK(
      holds(message_of<Error>([&] { open_scan(*data / "formats/stent.nrrd", options, progress); }),
            "exactly 1 along every axis"));
  options.spacing.spacing_um = Vector3{0.71, 0.71, 0.71};
  const struct {
    const char* path;
    Size3 size;
    PixelType type;
  } rows[] = {{"formats/stent.nrrd", {128, 128, 256}, PixelType::f32},
              {"formats/vessels_256cube_LABELS.h5", {256, 256, 256}, PixelType::u8},
              {"formats/wood.tif", {455, 269, 1}, PixelType::u16},
              {"core-a/scan", {256, 256, 160}, PixelType::u16},
              {"microct/shell_225x128x128.tif", {128, 128, 225}, PixelType::u8}};
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto source = open_scan(*data / row.path, options, progress);
    CHECK(source->grid().size == row.size);
    CHECK(source->type() == row.type);
    CHECK(source->grid().spacing_um == Vector3{0.71, 0.71, 0.71});
  }
}
