// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.h"
#include "gzip.h"
#include "io/container.h"
#include "support.h"

using namespace fossilct;
using test::message_of;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Size3 size{4, 3, 2};

std::string ramp(bool big_endian) {
  std::string bytes;
  for (int i = 300; i < 324; ++i) {
    const char low = static_cast<char>(i & 0xff);
    const char high = static_cast<char>(i >> 8);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

bool is_ramp(const Container& container) {
  const AnyVolume read = container.source->read(whole(size));
  bool good = container.source->type() == PixelType::i16;
  for (int i = 0; i < 24; ++i) {
    good = good && read.view().as<std::int16_t>().data()[i] == 300 + i;
  }
  return good;
}

struct Scratch {
  test::TemporaryFolder folder;
  Progress progress;

  Container open(const std::string& content, const std::string& name = "a.mha") {
    test::write_file(folder / name, content);
    return open_metaimage(folder / name, {}, progress);
  }
  std::string refusal(const std::string& content, const std::string& name = "a.mha") {
    const std::string message = message_of<Error>([&] { open(content, name); });
    CHECK(holds(message, folder.path().string()));
    return message;
  }
};

std::string header(const std::string& fields, const std::string& data = "LOCAL",
                   const std::string& sizes = "4 3 2", const std::string& type = "MET_SHORT") {
  return "ObjectType = Image\nNDims = 3\nBinaryData = True\n" + fields + "DimSize = " + sizes +
         "\nElementType = " + type + "\nElementDataFile = " + data + "\n";
}

}  // namespace

TEST_CASE("attached data: both byte orders, compressed, after a header of given size") {
  Scratch scratch;
  CHECK(is_ramp(scratch.open(header("BinaryDataByteOrderMSB = False\n") + ramp(false))));
  CHECK(is_ramp(scratch.open(header("BinaryDataByteOrderMSB = True\n") + ramp(true))));
  CHECK(is_ramp(scratch.open(header("ElementByteOrderMSB = True\n") + ramp(true))));
  CHECK(is_ramp(scratch.open(header("CompressedData = True\n") + test::gzip(ramp(false), 15))));
  CHECK(is_ramp(scratch.open(header("HeaderSize = -1\n") + "something else" + ramp(false))));
}

TEST_CASE("detached data") {
  Scratch scratch;
  test::write_file(scratch.folder / "a.raw", ramp(false));
  CHECK(is_ramp(scratch.open(header("", "a.raw"), "a.mhd")));
  test::write_file(scratch.folder / "b.raw", "12345" + ramp(false));
  const Container skipped = scratch.open(header("HeaderSize = 5\n", "b.raw"), "a.mhd");
  CHECK(is_ramp(skipped));
  CHECK(skipped.source->description().files.size() == 2);
  test::write_file(scratch.folder / "c.zraw", test::gzip(ramp(true), 15));
  CHECK(is_ramp(scratch.open(
      header("CompressedData = True\nBinaryDataByteOrderMSB = True\n", "c.zraw"), "a.mhd")));
  CHECK(holds(scratch.refusal(header("", "none.raw"), "a.mhd"), "none.raw: is missing"));
  CHECK(holds(scratch.refusal(header("", "LIST"), "a.mhd"), "several files"));
  CHECK(holds(scratch.refusal(header("", "a%03d.raw 1 9 1"), "a.mhd"), "several files"));
}

TEST_CASE("spacing is mm by convention, origin and direction are kept") {
  Scratch scratch;
  const Container placed = scratch.open(header("ElementSpacing = 0.5 0.25 2\nOffset = 10 20 30\n"
                                               "TransformMatrix = 0 1 0 -1 0 0 0 0 1\n") +
                                        ramp(false));
  CHECK(placed.spacing.value == std::array<std::optional<double>, 3>{0.5, 0.25, 2});
  CHECK(placed.spacing.unit == SpacingUnit::millimetre_by_convention);
  CHECK(holds(placed.spacing.found, "0.5 0.25 2"));
  CHECK(placed.source->grid().origin_um == Vector3{10, 20, 30});
  // The first axis points along y, the second along -x.
  CHECK(placed.source->grid().direction == Matrix3{0, -1, 0, 1, 0, 0, 0, 0, 1});
  const Container in_um =
      scratch.open(header("DistanceUnits = um\nElementSpacing = 0.7 0.7 0.7\n") + ramp(false));
  CHECK(in_um.spacing.unit == SpacingUnit::micrometre);
  const Container none = scratch.open(header("") + ramp(false));
  CHECK_FALSE(none.spacing.value[0].has_value());
  CHECK(holds(none.spacing.found, "no ElementSpacing"));
  CHECK(scratch.open(header("ElementSpacing = 0 1 1\n") + ramp(false)).spacing.value[0] == 0.0);
}

TEST_CASE("types") {
  Scratch scratch;
  const auto type = [&](const char* name) {
    return scratch.open(header("", "LOCAL", "1 1 1", name) + "12345678").source->type();
  };
  CHECK(type("MET_UCHAR") == PixelType::u8);
  CHECK(type("MET_CHAR") == PixelType::i8);
  CHECK(type("MET_USHORT") == PixelType::u16);
  CHECK(type("MET_INT") == PixelType::i32);
  CHECK(type("MET_UINT") == PixelType::u32);
  CHECK(type("MET_FLOAT") == PixelType::f32);
  CHECK(type("MET_DOUBLE") == PixelType::f64);
  CHECK(holds(message_of<Error>([&] { type("MET_LONG_LONG"); }), "MET_LONG_LONG"));
}

TEST_CASE("damaged MetaImage headers are refused by name of the field") {
  Scratch scratch;
  CHECK(holds(scratch.refusal(header("") + ramp(false).substr(1)), "take "));
  CHECK(holds(scratch.refusal(header("", "LOCAL", "4 0 2")), "DimSize = 4 0 2"));
  CHECK(holds(scratch.refusal(header("", "LOCAL", "4 -3 2")), "DimSize = 4 -3 2"));
  CHECK(holds(scratch.refusal(header("", "LOCAL", "4 3")), "DimSize = 4 3"));
  CHECK(holds(scratch.refusal(header("", "LOCAL", "1152921504606846976 1 1")), "DimSize"));
  CHECK(holds(scratch.refusal(header("", "LOCAL", "2147483647 2147483647 2147483647")),
              "2147483647 x 2147483647"));
  CHECK(holds(scratch.refusal(
                  header("CompressedData = True\n", "LOCAL", "2147483647 2147483647 2147483647")),
              "can't hold"));
  CHECK(holds(scratch.refusal("ObjectType = Image\nNDims = 900\nElementDataFile = LOCAL\n"),
              "NDims = 900"));
  CHECK(holds(scratch.refusal("ObjectType = Image\nNDims = 3\n"), "ElementDataFile"));
  CHECK(holds(scratch.refusal(header("Comment = " + std::string(5000, 'c') + "\n")), "damaged"));
  CHECK(holds(scratch.refusal(header("ElementNumberOfChannels = 3\n") + std::string(200, 'c')),
              "3 channels"));
  CHECK(holds(scratch.refusal("NDims = 4\nDimSize = 2 2 2 3\nElementType = MET_UCHAR\n"
                              "ElementDataFile = LOCAL\n" +
                              std::string(24, 'c')),
              "2 2 2 3"));
  const std::string packed = test::gzip(ramp(false), 15);
  const Container cut =
      scratch.open(header("CompressedData = True\n") + packed.substr(0, packed.size() / 2));
  CHECK(holds(message_of<Error>([&] { cut.source->read(whole(size)); }), "cut off"));
}
