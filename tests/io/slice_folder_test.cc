// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.h"
#include "io/container.h"
#include "io/slice_names.h"
#include "support.h"
#include "tiff_fixture.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Container open(const std::filesystem::path& folder, const OpenOptions& options = {}) {
  Progress progress;
  return open_slice_folder(folder, options, progress);
}

std::string refusal(const std::filesystem::path& folder, const OpenOptions& options = {}) {
  return message_of<Error>([&] {
    const Container container = open(folder, options);
    container.source->read(whole(container.source->grid().size));
  });
}

std::string notices(const Container& container) {
  std::string text;
  for (const std::string& notice : container.source->description().notices) {
    text += notice + "\n";
  }
  return text;
}

constexpr ImageShape shape{5, 4, 1, PixelType::u16};

// A slice whose first voxel is `value`.
void write_slice(const std::filesystem::path& path, int value, const TiffVariant& variant = {},
                 const ImageShape& its_shape = shape) {
  Pixels pixels(its_shape.bytes());
  pixels[0] = static_cast<std::byte>(value);
  write_tiff(path, variant, its_shape, pixels);
}

std::vector<int> first_voxels(VolumeSource& source) {
  std::vector<int> values;
  for (std::int64_t z = 0; z < source.grid().size.z; ++z) {
    values.push_back(
        std::to_integer<int>(source.read(slab(source.grid().size, z, z + 1)).view().data()[0]));
  }
  return values;
}

SliceOrder order(const std::vector<std::string>& names) { return order_slices(names, "folder"); }

std::string order_refusal(const std::vector<std::string>& names) {
  return message_of<Error>([&] { order(names); });
}

}  // namespace

TEST_CASE("slices are ordered by number, and each thread puts its own in place") {
  const TemporaryFolder folder;
  for (int i = 1; i <= 12; ++i) {
    write_slice(folder / ("s" + std::to_string(i) + ".tif"), i);
  }
  for (const int threads : {1, 4}) {
    OpenOptions options;
    options.threads = threads;
    const Container container = open(folder.path(), options);
    CHECK(container.source->grid().size == Size3{5, 4, 12});
    CHECK(container.source->description().format == "TIFF folder");
    CHECK(container.source->description().files[1].filename() == "s2.tif");
    CHECK(container.source->description().notices.empty());
    CHECK(first_voxels(*container.source) ==
          std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    const AnyVolume volume = container.source->read(whole({5, 4, 12}));
    CHECK(volume.view().as<std::uint16_t>()(0, 0, 11) == 12);
  }
}

TEST_CASE("the slice number is the last run of digits that varies") {
  const SliceOrder found = order({"a_10_v2_8bit.tif", "a_9_v2_8bit.tif", "a_11_v2_8bit.tif"});
  CHECK(found.order == std::vector<std::size_t>{1, 0, 2});
  CHECK(found.step == 1);
  CHECK(found.missing_count == 0);
  CHECK(order({"20230101_0001.tif", "20230101_0002.tif", "20230102_0003.tif"}).missing_count == 0);
  CHECK(order({"one.tif"}).order == std::vector<std::size_t>{0});
}

TEST_CASE("gaps and strides") {
  const SliceOrder gap = order({"s0007.tif", "s0008.tif", "s0011.tif"});
  CHECK(gap.missing == std::vector<std::int64_t>{9, 10});
  CHECK(gap.example_of_missing == "s0009.tif");
  const SliceOrder stride = order({"s0000.tif", "s0050.tif", "s0100.tif", "s0200.tif"});
  CHECK(stride.step == 50);
  CHECK(stride.missing == std::vector<std::int64_t>{150});
  const SliceOrder far = order({"s0.tif", "s1.tif", "s1000000000000.tif"});
  CHECK(far.missing_count == 999999999998);
  CHECK(far.missing.size() == 10);
  CHECK_FALSE(order({"s1.tif", "s99999999999999999999.tif"}).numbered);
}

TEST_CASE("two series, two patterns and doubled numbers are named") {
  CHECK(holds(order_refusal({"a_1.tif", "b_1.tif"}), "a_1.tif (1 file), b_1.tif (1 file)"));
  CHECK(holds(order_refusal({"r1_s1.tif", "r1_s2.tif", "r2_s1.tif", "r2_s2.tif"}),
              "more than one series of slices, e.g. r1_s1.tif and r2_s1.tif"));
  CHECK(holds(order_refusal({"s1.tif", "s01.tif", "s2.tif"}), "occurs twice: s01.tif and s1.tif"));
  CHECK(holds(order_refusal({"s1.tif", "s01.tif"}), "occurs twice"));
  CHECK(holds(order_refusal({"s1.tif", "s1.tiff"}), "occurs twice"));
}

TEST_CASE("a missing slice is refused by number, and read over where that is allowed") {
  const TemporaryFolder folder;
  for (const int i : {1, 2, 4, 5}) {
    write_slice(folder / ("s00" + std::to_string(i) + ".tif"), i);
  }
  const std::string message = refusal(folder.path());
  CHECK(holds(message, "1 slice missing: number 3, which would be s003.tif"));
  CHECK(holds(message, "--allow-gaps"));
  OpenOptions options;
  options.advise_gaps = false;
  const std::string plain = message_of<Error>([&] { open(folder.path(), options); });
  CHECK(holds(plain, "number 3, which would be s003.tif; add them"));
  CHECK_FALSE(holds(plain, "--allow-gaps"));
  options.allow_gaps = true;
  const Container container = open(folder.path(), options);
  CHECK(first_voxels(*container.source) == std::vector<int>{1, 2, 4, 5});
  CHECK(holds(notices(container), "missing: number 3"));
  CHECK(container.source->description().slice_step == 1);
  write_slice(folder / "s008.tif", 8);
  CHECK(holds(refusal(folder.path()),
              "3 slices missing: numbers 3, 6 and 7, the first being s003.tif;"));
}

TEST_CASE("a constant stride is read, said and recorded") {
  const TemporaryFolder folder;
  for (const int i : {0, 50, 100}) {
    write_slice(folder / ("s" + std::to_string(i) + ".tif"), i);
  }
  const Container container = open(folder.path());
  CHECK(container.source->description().slice_step == 50);
  CHECK(holds(notices(container), "not neighbours"));
}

TEST_CASE("what is no slice is left out and named, hidden files are not") {
  const TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) {
    write_slice(folder / ("s" + std::to_string(i) + ".tif"), i);
    write_slice(folder / ("s" + std::to_string(i) + "_GT.tif"), 7);
  }
  for (const std::string name : {"a.txt", "b.xml", "c.csv", "d.log", "e.md", "f.ini", ".hidden"}) {
    write_file(folder / name, "BMW is not a bitmap, and neither is this text");
  }
  std::filesystem::create_directory(folder / "raw");
  const Container container = open(folder.path());
  CHECK(first_voxels(*container.source) == std::vector<int>{0, 1, 2});
  const std::string text = notices(container);
  CHECK(holds(
      text, "left out 6 files that can't be slices: a.txt, b.xml, c.csv, d.log, e.md and 1 more"));
  CHECK(holds(text, "1 folder: raw"));
  CHECK(holds(text, "left out 3 masks (*_GT.*) beside the scan: s0_GT.tif"));
  CHECK_FALSE(holds(text, "hidden"));
}

TEST_CASE("a folder of masks is read, as labels where that is asked for") {
  const TemporaryFolder folder;
  write_slice(folder / "s1_GT.tif", 1, {}, {4, 4, 1, PixelType::u8});
  write_slice(folder / "s2_GT.tif", 2, {}, {4, 4, 1, PixelType::u8});
  OpenOptions options;
  options.labels = true;
  const Container labels = open(folder.path(), options);
  CHECK(labels.source->description().kind == VolumeKind::labels);
  CHECK(labels.source->description().notices.empty());
  CHECK(first_voxels(*labels.source) == std::vector<int>{1, 2});
  CHECK(holds(notices(open(folder.path())), "give --labels"));
}

TEST_CASE("the slice at fault is named") {
  const TemporaryFolder folder;
  for (int i = 0; i < 4; ++i) {
    write_slice(folder / ("s" + std::to_string(i) + ".tif"), i);
  }
  const auto third = folder / "s2.tif";
  SUBCASE("another size of the same bytes") {
    write_slice(third, 2, {}, {4, 5, 1, PixelType::u16});
    const std::string message = refusal(folder.path());
    CHECK(holds(message, "s2.tif: this image is 4 x 5 u16"));
    CHECK(holds(message, "5 x 4 u16"));
  }
  SUBCASE("another type") {
    write_slice(third, 2, {}, {5, 4, 1, PixelType::i16});
    CHECK(holds(refusal(folder.path()), "s2.tif: this image is 5 x 4 i16"));
  }
  SUBCASE("cut short") {
    std::filesystem::resize_file(third, 20);
    const std::string message = refusal(folder.path());
    CHECK(holds(message, "s2.tif"));
    CHECK(holds(message, "cut short"));
  }
  SUBCASE("zero bytes") {
    write_file(third, "");
    CHECK(holds(refusal(folder.path()), "s2.tif: an empty file (zero bytes)"));
  }
  SUBCASE("text") {
    write_file(third, "this is no image");
    CHECK(holds(refusal(folder.path()), "s2.tif: named like an image, but its content is not one"));
  }
  SUBCASE("several pages") {
    write_tiff(third, {}, shape, {some_pixels(shape), some_pixels(shape)});
    CHECK(holds(refusal(folder.path()), "s2.tif: this TIFF holds several pages"));
  }
  SUBCASE("another format") {
    write_file(third, std::string("\xff\xd8\xff\xe0", 4) + "like a photograph");
    const std::string message = refusal(folder.path());
    CHECK(holds(message, "1 JPEG (s2.tif)"));
    CHECK(holds(message, "3 TIFF (s0.tif)"));
  }
  SUBCASE("gone after opening") {
    const Container container = open(folder.path());
    std::filesystem::remove(third);
    CHECK(holds(message_of<Error>([&] { first_voxels(*container.source); }), "s2.tif"));
  }
}

TEST_CASE("one image is a scan of depth 1, none is an error") {
  const TemporaryFolder folder;
  CHECK(holds(refusal(folder.path()),
              "no slices in this folder; looked for TIFF, PNG, JPEG and BMP"));
  write_file(folder / "notes.txt", "nothing");
  CHECK(holds(refusal(folder.path()), "notes.txt"));
  write_slice(folder / "only.tif", 9);
  const Container container = open(folder.path());
  CHECK(container.source->grid().size == Size3{5, 4, 1});
  CHECK(holds(notices(container), "depth 1"));
  CHECK(holds(notices(container), "notes.txt"));
}

TEST_CASE("the spacing of a folder is that of its first slice") {
  const TemporaryFolder folder;
  TiffVariant variant;
  variant.description = "ImageJ=1.52e\nunit=micron\n";
  variant.resolution = 0.5F;
  write_slice(folder / "s1.tif", 1, variant);
  write_slice(folder / "s2.tif", 2);
  const Container container = open(folder.path());
  CHECK(container.spacing.unit == SpacingUnit::micrometre);
  CHECK(container.spacing.value == std::array<std::optional<double>, 3>{2.0, 2.0, {}});
}

TEST_CASE("real folders") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: FOSSILCT_TEST_DATA is not there");
    return;
  }
  const Container core = open(*data / "core-a" / "scan");
  CHECK(core.source->grid().size == Size3{256, 256, 160});
  CHECK(core.source->type() == PixelType::u16);
  CHECK(core.source->description().slice_step == 1);
  OpenOptions labels;
  labels.labels = true;
  const Container truth = open(*data / "core-a" / "labels", labels);
  CHECK(truth.source->grid().size == Size3{256, 256, 160});
  CHECK(truth.source->type() == PixelType::u8);
  const Container stone = open(*data / "sandstone" / "scan");
  CHECK(stone.source->grid().size == Size3{996, 1024, 6});
  CHECK(stone.source->description().slice_step == 50);
  CHECK(stone.spacing.unit == SpacingUnit::micrometre);
  CHECK(*stone.spacing.value[0] == doctest::Approx(2.231451));
  CHECK_FALSE(stone.spacing.value[2].has_value());
  const Container masks = open(*data / "sandstone" / "masks", labels);
  CHECK(masks.source->grid().size == Size3{996, 1024, 6});
  const AnyVolume volume = masks.source->read(whole({996, 1024, 6}));
  std::uint8_t highest = 0;
  for (std::int64_t i = 0; i < 996 * 1024 * 6; ++i) {
    highest = std::max(highest, volume.view().as<std::uint8_t>().data()[i]);
  }
  CHECK(highest == 3);
}
