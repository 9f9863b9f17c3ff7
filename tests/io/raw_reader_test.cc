// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.h"
#include "io/container.h"
#include "support.h"

using namespace fossilct;
using test::message_of;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string vgi_header =
    "{volume1}\n[representation]\nsize = 4 3 2\ndatatype = unsigned integer\n"
    "bitsperelement = 16\n[file1]\nSkipHeader = 8\nFileFormat = raw\nSize = 4 3 2\n"
    "Name = D:\\scans\\core 7.vol\nDatatype = unsigned integer\nBitsPerElement = 16\n"
    "{volumeprimitive12}\n[geometry]\nresolution = 0.00071 0.00071 0.00142\nunit = mm\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

TEST_CASE("layouts of raw files") {
  RawLayout layout = parse_raw_layout("1024x512x1000:u16le");
  CHECK(layout.size == Size3{1024, 512, 1000});
  CHECK(layout.type == PixelType::u16);
  CHECK_FALSE(layout.big_endian);
  CHECK(layout.offset == 0);
  layout = parse_raw_layout("3X2x1:F32BE:1024");
  CHECK(layout.type == PixelType::f32);
  CHECK(layout.big_endian);
  CHECK(layout.offset == 1024);
  CHECK(parse_raw_layout("3x2x1:u8").type == PixelType::u8);
  CHECK(parse_raw_layout("3x2x1:i8:7").offset == 7);
}

TEST_CASE("layouts that make no sense show the form expected") {
  const struct {
    const char* text;
    const char* part;
  } rows[] = {{"", "1 parts"},
              {"10x10x10", "1 parts"},
              {"10x10:u8", "no size of three numbers"},
              {"10x10x10x10:u8", "no size of three numbers"},
              {"10x-1x10:u8", "'-1' is no number of voxels"},
              {"10x0x10:u8", "'0' is no number of voxels"},
              {"10x1e3x10:u8", "'1e3'"},
              {"10x10x10:u24le", "is no type"},
              {"10x10x10:le", "is no type"},
              {"10x10x10:u16", "write u16le"},
              {"10x10x10:u8:-1", "'-1' is no number of bytes"},
              {"10x10x10:u8:x", "'x' is no number of bytes"},
              {"10x10x10:u8:0:0", "4 parts"},
              {"2097152x2097152x2097152:u8", "fit in no file"},
              {"1x1x1:u8:9223372036854775807", "fit in no file"},
              {"9223372036854775808x1x1:u8", "no number of voxels"}};
  for (const auto& row : rows) {
    const std::string message = message_of<Error>([&] { parse_raw_layout(row.text); });
    CAPTURE(row.text);
    CHECK(holds(message, "--raw"));
    CHECK(holds(message, row.part));
    CHECK(holds(message, "1024x1024x1000:u16le"));
  }
}

TEST_CASE("a raw file is read by its layout; what is left over is told") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.raw", "HHHabcdefgh++");
  OpenOptions options;
  options.raw = parse_raw_layout("2x2x2:u8:3");
  Progress progress;
  const Container raw = open_raw(folder / "a.raw", options, progress);
  const AnyVolume voxels = raw.source->read(whole({2, 2, 2}));
  CHECK(voxels.view().as<std::uint8_t>()(0, 0, 0) == 'a');
  CHECK(voxels.view().as<std::uint8_t>()(1, 1, 1) == 'h');
  REQUIRE(raw.source->description().notices.size() == 1);
  CHECK(holds(raw.source->description().notices[0], "the 2 after them"));
  CHECK_FALSE(raw.spacing.value[0].has_value());
  options.raw = parse_raw_layout("2x2x2:u8:5");
  CHECK(open_raw(folder / "a.raw", options, progress).source->description().notices.empty());
  options.raw = parse_raw_layout("2x2x2:u8:6");
  CHECK(holds(message_of<Error>([&] { open_raw(folder / "a.raw", options, progress); }),
              "has 13 bytes"));
}

TEST_CASE("a VGStudio header gives size, type and millimetres") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.vgi", vgi_header);
  test::write_file(folder / "core 7.vol", "HHHHHHHH" + std::string(46, '\0') + "\x34\x12");
  Progress progress;
  const Container vgi = open_vgi(folder / "a.vgi", {}, progress);
  CHECK(vgi.source->grid().size == Size3{4, 3, 2});
  CHECK(vgi.source->type() == PixelType::u16);
  CHECK(vgi.source->description().files.size() == 2);
  CHECK(vgi.source->read(whole({4, 3, 2})).view().as<std::uint16_t>()(3, 2, 1) == 0x1234);
  const SettledSpacing settled = settle_spacing(vgi.spacing, {}, "a.vgi");
  CHECK(settled.spacing_um == Vector3{0.71, 0.71, 1.42});
  CHECK(settled.notices.empty());
}

TEST_CASE("VGStudio headers with other fields") {
  const test::TemporaryFolder folder;
  Progress progress;
  const auto open = [&](const std::string& header) {
    test::write_file(folder / "a.vgi", header);
    return open_vgi(folder / "a.vgi", {}, progress);
  };
  const auto refusal = [&](const std::string& header) {
    return message_of<Error>([&] { open(header); });
  };
  CHECK(holds(refusal(vgi_header), "core 7.vol: is missing"));
  test::write_file(folder / "a.vol", std::string(200, 'v'));
  const Container renamed = open(vgi_header);
  REQUIRE(renamed.source->description().notices.size() == 1);
  CHECK(holds(renamed.source->description().notices[0], "a.vol of the same name"));
  CHECK(open(with(with(vgi_header, "itsPerElement = 16", "itsPerElement = 32"), "unsigned integer",
                  "float"))
            .source->type() == PixelType::f32);
  CHECK(open(with(vgi_header, "unit = mm", "")).spacing.unit ==
        SpacingUnit::millimetre_by_convention);
  CHECK(holds(open(with(vgi_header, "[geometry]", "[x]")).spacing.found, "no resolution"));
  CHECK(holds(refusal(with(vgi_header, "Size = 4 3 2", "Size = 400 300 200")), "48,000,008 bytes"));
  CHECK(holds(refusal(with(vgi_header, "Size = 4 3 2", "Size = 4 3")), "three numbers"));
  CHECK(holds(refusal(with(vgi_header, "Size = 4 3 2", "Size = 4 0 2")), "'4 0 2'"));
  CHECK(holds(refusal(with(vgi_header, "FileFormat = raw", "FileFormat = jpeg")), "only raw"));
  CHECK(holds(refusal(with(vgi_header, "PerElement = 16", "PerElement = 12")), "12 bits"));
  CHECK(holds(refusal(with(vgi_header, "SkipHeader = 8", "SkipHeader = -8")), "SkipHeader"));
  CHECK(holds(refusal("[file1]\n"), "has no 'size'"));
  CHECK(holds(refusal(vgi_header + "[file2]\nName = b.vol\n"), "several files"));
}
