// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-stdio.h>
#include <gsf/gsf.h>

#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/container.h"
#include "reader_checks.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

using Streams = std::map<std::string, std::map<std::string, std::string>>;

template <typename T>
std::string bytes_of_numbers(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}
std::string number(std::int32_t value) { return bytes_of_numbers(std::vector{value}); }
std::string number(float value) { return bytes_of_numbers(std::vector{value}); }

void write_ole(const std::filesystem::path& path, const Streams& streams) {
  gsf_init();
  GsfOutput* sink = gsf_output_stdio_new(path.c_str(), nullptr);
  GsfOutfile* root = gsf_outfile_msole_new(sink);
  for (const auto& [folder, files] : streams) {
    GsfOutput* inner = gsf_outfile_new_child(root, folder.c_str(), TRUE);
    for (const auto& [name, bytes] : files) {
      GsfOutput* stream = gsf_outfile_new_child(GSF_OUTFILE(inner), name.c_str(), FALSE);
      gsf_output_write(stream, bytes.size(), reinterpret_cast<const guint8*>(bytes.data()));
      gsf_output_close(stream);
      g_object_unref(stream);
    }
    gsf_output_close(inner);
    g_object_unref(inner);
  }
  gsf_output_close(GSF_OUTPUT(root));
  g_object_unref(root);
  g_object_unref(sink);
}

// A scan of `images` images of 50 x 40, voxel n is n; small images lie in OLE's mini stream, these
// (of 8000 bytes) do not.
template <typename T>
Streams scan_streams(std::int32_t code, std::int32_t images) {
  Streams streams;
  auto& info = streams["ImageInfo"];
  info = {{"ImageWidth", number(50)},      {"ImageHeight", number(40)},
          {"DataType", number(code)},      {"NoOfImages", number(images)},
          {"ImagesTaken", number(images)}, {"PixelSize", number(1.5F)}};
  for (std::int32_t i = 0; i < images; ++i) {
    std::vector<T> voxels(2000);
    std::iota(voxels.begin(), voxels.end(), static_cast<T>(2000 * i));
    streams["ImageData" + std::to_string(1 + i / 100)]["Image" + std::to_string(i + 1)] =
        bytes_of_numbers(voxels);
  }
  return streams;
}

Container open_it(const std::filesystem::path& path) {
  Progress silent;
  return open_xradia(path, OpenOptions(), silent);
}

std::string refusal(const std::filesystem::path& path) {
  return message_of<Error>([&] { open_it(path); });
}

std::string refusal_of(const Streams& streams) {
  const TemporaryFolder folder;
  write_ole(folder / "scan.txm", streams);
  return refusal(folder / "scan.txm");
}

}  // namespace

TEST_CASE("a .txm of more than one folder of images: size, type, spacing, voxels, boxes") {
  const TemporaryFolder folder;
  write_ole(folder / "scan.txm", scan_streams<float>(10, 203));
  const Container scan = open_it(folder / "scan.txm");
  CHECK(scan.source->grid().size == Size3{50, 40, 203});
  CHECK(scan.source->type() == PixelType::f32);
  CHECK(scan.source->description().format == "Xradia TXM");
  CHECK_FALSE(scan.source->description().projections);
  CHECK(scan.spacing.unit == SpacingUnit::micrometre);
  CHECK(scan.spacing.value == std::array<std::optional<double>, 3>{1.5, 1.5, 1.5});
  for (const Box& box : {Box{{0, 0, 98}, {50, 40, 102}}, Box{{7, 3, 199}, {23, 31, 203}}}) {
    const AnyVolume volume = scan.source->read(box);
    const auto view = volume.view().as<float>();
    const Size3 size = box.size();
    const auto expected = [](const Index3& at) {
      return static_cast<float>((at.z * 40 + at.y) * 50 + at.x);
    };
    CHECK(view(0, 0, 0) == expected(box.begin));
    CHECK(view(size.x - 1, size.y - 1, size.z - 1) ==
          expected({box.end.x - 1, box.end.y - 1, box.end.z - 1}));
  }
}

TEST_CASE("a view with strides is filled and nothing beside it") {
  const TemporaryFolder folder;
  write_ole(folder / "scan.txm", scan_streams<std::int32_t>(6, 3));
  const Container scan = open_it(folder / "scan.txm");
  std::vector<std::int32_t> memory(60 * 45 * 3, -1);
  const VolumeView<std::int32_t> view(memory.data(), {50, 40, 3}, 60, 60 * 45);
  scan.source->read(whole({50, 40, 3}), AnyView(view));
  CHECK(view(49, 39, 2) == 5999);
  CHECK(view(0, 1, 0) == 50);
  CHECK(std::count(memory.begin(), memory.end(), -1) == 60 * 45 * 3 - 6000);
}

TEST_CASE("projections have no spacing along z and say what they are") {
  const TemporaryFolder folder;
  Streams streams = scan_streams<std::uint16_t>(5, 4);
  streams["ReferenceData"]["Image"] = std::string(4000, '\0');
  streams["ImageInfo"]["Angles"] = bytes_of_numbers(std::vector<float>{0, 1, 2, 3});
  for (const char* name : {"scan.txrm", "renamed.bin"}) {
    write_ole(folder / name, streams);
    const Container scan = open_it(folder / name);
    CHECK(scan.source->description().projections);
    CHECK(scan.spacing.value[0] == 1.5);
    CHECK_FALSE(scan.spacing.value[2].has_value());
    CHECK(contains(all_notices(scan), "not a reconstruction"));
    CHECK(contains(all_notices(scan), "white field) in the file is not applied"));
  }
}

TEST_CASE("a stopped scan is read as far as it went, and said") {
  const TemporaryFolder folder;
  Streams streams = scan_streams<std::uint16_t>(5, 4);
  streams["ImageInfo"]["NoOfImages"] = number(1601);
  write_ole(folder / "scan.txrm", streams);
  const Container scan = open_it(folder / "scan.txrm");
  CHECK(scan.source->grid().size.z == 4);
  CHECK(contains(all_notices(scan), "4 of 1601 images were taken"));
}

TEST_CASE("damaged headers name the stream, what it says and what was expected") {
  Streams streams = scan_streams<std::uint16_t>(5, 3);
  SUBCASE("no header") {
    streams.erase("ImageInfo");
    CHECK(contains(refusal_of(streams), "ImageInfo/DataType is missing: an OLE2 file, but no"));
  }
  SUBCASE("a missing image") {
    streams["ImageData1"].erase("Image2");
    CHECK(contains(refusal_of(streams), "ImageData1/Image2 is missing"));
  }
  SUBCASE("a short image") {
    streams["ImageData1"]["Image3"].resize(3999);
    CHECK(contains(refusal_of(streams), "ImageData1/Image3 holds 3999 bytes"));
    CHECK(contains(refusal_of(streams), "4000 bytes"));
  }
  SUBCASE("another type than the images have") {
    streams["ImageInfo"]["DataType"] = number(10);
    CHECK(contains(refusal_of(streams), "8000 bytes"));
  }
  SUBCASE("a type nobody knows") {
    streams["ImageInfo"]["DataType"] = number(12);
    CHECK(contains(refusal_of(streams), "ImageInfo/DataType is 12"));
  }
  SUBCASE("absurd sizes") {
    streams["ImageInfo"]["ImageWidth"] = number(0x7fffffff);
    CHECK(contains(refusal_of(streams), "ImageInfo/ImageWidth is 2147483647"));
    streams["ImageInfo"]["ImageWidth"] = number(-1);
    CHECK(contains(refusal_of(streams), "ImageInfo/ImageWidth is -1"));
  }
  SUBCASE("an absurd number of images") {
    streams["ImageInfo"]["NoOfImages"] = number(0x7fffffff);
    streams["ImageInfo"]["ImagesTaken"] = number(0x7fffffff);
    CHECK(contains(refusal_of(streams), "ImageData1/Image4 is missing"));
  }
  SUBCASE("no image") {
    streams["ImageInfo"]["NoOfImages"] = number(0);
    for (const int taken : {0, 3}) {
      streams["ImageInfo"]["ImagesTaken"] = number(taken);
      CHECK(contains(refusal_of(streams), "the file holds no image"));
    }
  }
  SUBCASE("a header stream of no bytes") {
    streams["ImageInfo"]["ImageHeight"] = "";
    CHECK(contains(refusal_of(streams), "ImageInfo/ImageHeight is missing"));
  }
}

TEST_CASE("no PixelSize: none is made up") {
  const TemporaryFolder folder;
  Streams streams = scan_streams<std::uint16_t>(5, 2);
  streams["ImageInfo"].erase("PixelSize");
  write_ole(folder / "scan.txm", streams);
  const FoundSpacing spacing = open_it(folder / "scan.txm").spacing;
  CHECK_FALSE(spacing.value[0].has_value());
  CHECK(contains(spacing.found, "no stream ImageInfo/PixelSize"));
}

TEST_CASE("a file cut short, and one that is no OLE2, are errors that name the file") {
  const TemporaryFolder folder;
  write_ole(folder / "whole.txm", scan_streams<std::uint16_t>(5, 20));
  const std::string bytes = read_file(folder / "whole.txm");
  for (const std::size_t kept : {std::size_t{0}, std::size_t{100}, std::size_t{512},
                                 bytes.size() / 4, bytes.size() / 2, bytes.size() - 2048}) {
    write_file(folder / "cut.txm", bytes.substr(0, kept));
    const std::string message = message_of<Error>([&] {
      const Container scan = open_it(folder / "cut.txm");
      scan.source->read(whole(scan.source->grid().size));
    });
    CAPTURE(kept);
    CHECK(contains(message, "cut.txm"));
  }
  write_file(folder / "text.txm", "this is no scan");
  CHECK(contains(refusal(folder / "text.txm"), "is no whole OLE2 container"));
}

TEST_CASE("real files") {
  const auto data = test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  // Sums and single voxels as Python's olefile and numpy give them.
  SUBCASE("projections of a chip") {
    const Container scan = open_it(*data / "formats/txrm_test_chip_tomo.txrm");
    CHECK(scan.source->grid().size == Size3{256, 256, 7});
    CHECK(scan.source->type() == PixelType::u16);
    CHECK(scan.source->description().projections);
    CHECK(*scan.spacing.value[0] == doctest::Approx(0.155789));
    const AnyVolume volume = scan.source->read(whole({256, 256, 7}));
    const auto view = volume.view().as<std::uint16_t>();
    CHECK(view(0, 0, 0) == 10);
    CHECK(view(200, 100, 6) == 80);
    CHECK(std::accumulate(view.data(), view.data() + 256 * 256, std::int64_t{0}) == 4280467);
  }
  SUBCASE("one radiograph") {
    const Container scan = open_it(*data / "formats/test_chip00.xrm");
    CHECK(scan.source->grid().size == Size3{512, 512, 1});
    CHECK(scan.source->description().format == "Xradia XRM");
    CHECK(contains(all_notices(scan), "depth 1"));
    CHECK(contains(all_notices(scan), "white field"));
    const AnyVolume volume = scan.source->read(whole({512, 512, 1}));
    const auto view = volume.view().as<std::uint16_t>();
    CHECK(view(511, 0, 0) == 36);
    CHECK(std::accumulate(view.data(), view.data() + 512 * 512, std::int64_t{0}) == 11192542);
  }
}
