// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.h"
#include "gzip.h"
#include "io/container.h"
#include "io/inflate_stream.h"
#include "support.h"

using namespace fossilct;
using namespace std::string_literals;
using test::message_of;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Size3 size{5, 4, 3};

// Voxel i is i + 1000, in two bytes.
std::string ramp(bool big_endian) {
  std::string bytes;
  for (int i = 1000; i < 1060; ++i) {
    const char low = static_cast<char>(i & 0xff);
    const char high = static_cast<char>(i >> 8);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

bool is_ramp(const Container& container) {
  const Box box{{1, 1, 1}, {4, 4, 3}};
  const AnyVolume read = container.source->read(box);
  const auto view = read.view().as<std::uint16_t>();
  for (std::int64_t z = 0; z < 2; ++z) {
    for (std::int64_t y = 0; y < 3; ++y) {
      for (std::int64_t x = 0; x < 3; ++x) {
        if (view(x, y, z) != 1000 + ((z + 1) * 4 + y + 1) * 5 + x + 1) {
          return false;
        }
      }
    }
  }
  return container.source->grid().size == size && container.source->type() == PixelType::u16;
}

struct Scratch {
  test::TemporaryFolder folder;
  Progress progress;

  Container open(const std::string& content, const std::string& name = "a.nrrd") {
    test::write_file(folder / name, content);
    return open_nrrd(folder / name, {}, progress);
  }
  std::string refusal(const std::string& content, const std::string& name = "a.nrrd") {
    const std::string message = message_of<Error>([&] { open(content, name); });
    CHECK(holds(message, folder.path().string()));
    return message;
  }
};

const std::string head =
    "NRRD0005\n# made by a test\ntype: uint16\ndimension: 3\nsizes: 5 4 3\nkey:=value: with "
    "colon\n";
const std::string raw = "encoding: raw\nendian: little\n";

}  // namespace

TEST_CASE("attached data, raw and gzip, in both byte orders") {
  Scratch scratch;
  CHECK(is_ramp(scratch.open(head + raw + "\n" + ramp(false))));
  CHECK(is_ramp(scratch.open(head + "encoding: raw\nendian: big\n\n" + ramp(true))));
  CHECK(
      is_ramp(scratch.open(head + "Encoding: GZIP\nendian: little\n\n" + test::gzip(ramp(false)))));
  CHECK(is_ramp(scratch.open(head + "encoding: gz\nendian: big\n\n" + test::gzip(ramp(true)))));
  std::string with_cr = head + raw + "\n";
  for (std::size_t at = 0; (at = with_cr.find('\n', at)) != std::string::npos; at += 2) {
    with_cr.insert(at, "\r");
  }
  CHECK(is_ramp(scratch.open(with_cr + ramp(false))));
}

TEST_CASE("detached data with lines and bytes to skip") {
  Scratch scratch;
  const auto open = [&](const std::string& fields, const std::string& data) {
    test::write_file(scratch.folder / "a.raw", data);
    return scratch.open(head + fields, "a.nhdr");
  };
  const std::string file = "data file: a.raw\n";
  CHECK(is_ramp(open(raw + file, ramp(false))));
  CHECK(is_ramp(open(raw + "byte skip: 3\ndatafile: ./a.raw\n", "HHH" + ramp(false))));
  CHECK(is_ramp(open(raw + "byteskip: -1\n" + file, "any header" + ramp(false))));
  CHECK(is_ramp(open(raw + "line skip: 2\nbyte skip: 1\n" + file, "one\ntwo\n-" + ramp(false))));
  const std::string gz = "encoding: gzip\nendian: little\n";
  CHECK(is_ramp(
      open(gz + "line skip: 1\nbyte skip: 2\n" + file, "one\n" + test::gzip("HH" + ramp(false)))));
  CHECK(open(raw + file, ramp(false)).source->description().files.size() == 2);
  CHECK(holds(scratch.refusal(head + raw + "data file: b.raw\n", "a.nhdr"), "b.raw: is missing"));
  CHECK(holds(scratch.refusal(head + raw + "data file: LIST\na.raw\n", "a.nhdr"), "several files"));
  CHECK(holds(scratch.refusal(head + raw + "data file: a%03d.raw 1 9 1\n", "a.nhdr"),
              "several files"));
  CHECK(holds(scratch.refusal(head + raw + "line skip: 9\n" + file, "a.nhdr"), "line skip"));
  CHECK(holds(scratch.refusal(head + raw + "byte skip: -2\n" + file, "a.nhdr"), "byteskip: -2"));
}

TEST_CASE("spacing, unit, origin and direction") {
  Scratch scratch;
  const auto open = [&](const std::string& fields) {
    return scratch.open(head + raw + fields + "\n" + ramp(false));
  };
  const auto spacing_um = [&](const std::string& fields) {
    return settle_spacing(open(fields).spacing, {}, "a").spacing_um;
  };
  CHECK(spacing_um("spacings: 2 3 4\nunits: \"um\" \"um\" \"um\"\n") == Vector3{2, 3, 4});
  CHECK(spacing_um("spacings: 1 1 3\nunits: \"um\" \"um\" \"um\"\n") == Vector3{1, 1, 3});
  CHECK(spacing_um("space dimension: 3\nspace units: \"mm\" \"mm\" \"mm\"\n"
                   "space directions: (0.5,0,0) (0,0.25,0) (0, 0, 2)\n") ==
        Vector3{500, 250, 2000});
  CHECK(spacing_um("spacings: 0.5 0.5 0.625\n") == Vector3{500, 500, 625});
  CHECK(open("spacings: 0.5 0.5 nan\n").spacing.value[2] == std::nullopt);
  CHECK(open("spacings: 1 1 1\nunits: \"um\" \"mm\" \"um\"\n").spacing.unit == SpacingUnit::none);
  CHECK(open("").spacing.found == "no spacings in the NRRD header");
  const Container turned = open(
      "space: right-anterior-superior\nspace directions: (0,2,0) (3,0,0) (0,0,4)\n"
      "space origin: (10, 20, 30)\n");
  CHECK(turned.spacing.value == std::array<std::optional<double>, 3>{2, 3, 4});
  CHECK(turned.source->grid().origin_um == Vector3{-10, -20, 30});
  CHECK(turned.source->grid().direction == Matrix3{0, -1, 0, -1, 0, 0, 0, 0, 1});
  CHECK(open("space directions: (0,0,0) (0,1,0) (0,0,1)\n").spacing.value[0] == 0.0);
  CHECK(holds(scratch.refusal(head + raw + "space directions: (1,0 (0,1,0)\n\n"),
              "expected vectors"));
}

TEST_CASE("an axis of one sample is passed over, a longer one is refused") {
  Scratch scratch;
  const std::string rest = "type: ushort\n" + raw;
  const auto with_sizes = [&](const std::string& dimension, const std::string& sizes) {
    return "NRRD0004\ndimension: " + dimension + "\nsizes: " + sizes + "\n" + rest + "\n" +
           ramp(false);
  };
  CHECK(is_ramp(scratch.open(with_sizes("4", "1 5 4 3"))));
  CHECK(is_ramp(scratch.open(with_sizes("4", "5 4 3 1"))));
  CHECK(scratch.open(with_sizes("2", "5 4")).source->grid().size == Size3{5, 4, 1});
  CHECK(holds(scratch.refusal(with_sizes("4", "3 5 4 3")), "sizes: 3 5 4 3"));
  CHECK(holds(scratch.refusal(with_sizes("1", "60")), "sizes: 60"));
  CHECK(holds(scratch.refusal(with_sizes("3", "5 4")), "dimension: 3"));
  CHECK(holds(scratch.refusal(with_sizes("3", "5 -4 3")), "sizes: 5 -4 3"));
  CHECK(holds(scratch.refusal(with_sizes("3", "5 0 3")), "from 1 up"));
  CHECK(holds(scratch.refusal(with_sizes("3", "5 x 3")), "sizes: 5 x 3"));
}

TEST_CASE("names of types") {
  Scratch scratch;
  const auto type = [&](const std::string& name) {
    return scratch
        .open("NRRD0004\ntype: " + name + "\ndimension: 3\nsizes: 1 1 1\n" + raw + "\n12345678")
        .source->type();
  };
  CHECK(type("uchar") == PixelType::u8);
  CHECK(type("signed char") == PixelType::i8);
  CHECK(type("int16_t") == PixelType::i16);
  CHECK(type("unsigned short int") == PixelType::u16);
  CHECK(type("int") == PixelType::i32);
  CHECK(type("uint32") == PixelType::u32);
  CHECK(type("float") == PixelType::f32);
  CHECK(type("double") == PixelType::f64);
  for (const char* bad : {"longlong", "block", "uint64", ""}) {
    CHECK(holds(message_of<Error>([&] { type(bad); }), "type"));
  }
}

TEST_CASE("damaged and foreign files are told what is wrong with them") {
  Scratch scratch;
  CHECK(holds(scratch.refusal(head + raw + "\n" + ramp(false).substr(1)), "take "));
  CHECK(holds(scratch.refusal(head + raw + "byte skip: -1\n\nabc"), "take "));
  CHECK(holds(scratch.refusal(head + "encoding: bzip2\nendian: little\n\n"), "'encoding: bzip2'"));
  CHECK(holds(scratch.refusal(head + "encoding: raw\n\n" + ramp(false)), "no 'endian'"));
  CHECK(holds(scratch.refusal("NRRD0004\n\n"), "no field 'sizes'"));
  CHECK(holds(scratch.refusal("NRRD0004\n" + std::string(2 << 20, 'x')), "does not end"));
  CHECK(holds(scratch.refusal("NRRD0004\ntype: uchar\ndimension: 3\n"
                              "sizes: 1152921504606846976 1152921504606846976 4\n" +
                              raw + "\nabc"),
              "1152921504606846976"));
  const std::string gz = "encoding: gzip\nendian: little\n\n";
  CHECK(holds(scratch.refusal("NRRD0004\ntype: uchar\ndimension: 3\n"
                              "sizes: 1152921504606846976 1 1\n" +
                              gz + test::gzip("abc")),
              "can't hold"));
  CHECK(holds(
      scratch.refusal(head + "byte skip: 9223372036854775807\n" + gz + test::gzip(ramp(false))),
      "from byte 9223372036854775807 on"));
  const Container shorter = scratch.open(head + gz + test::gzip(ramp(false).substr(2)));
  CHECK(holds(message_of<Error>([&] { shorter.source->read(whole(size)); }),
              "end after 118 bytes; expected at least 120"));
  const std::string packed = test::gzip(ramp(false));
  const Container cut = scratch.open(head + gz + packed.substr(0, packed.size() / 2));
  CHECK(holds(message_of<Error>([&] { cut.source->read(whole(size)); }), "cut off"));
  const Container garbage = scratch.open(head + gz + "this is no gzip stream at all");
  CHECK(holds(message_of<Error>([&] { garbage.source->read(whole(size)); }), "damaged"));
  // Behind the voxels, where reading them does not come: CRC-32 and length, four bytes each.
  std::string another_sum = packed;
  another_sum[packed.size() - 8] = static_cast<char>(another_sum[packed.size() - 8] ^ 1);
  const Container wrong = scratch.open(head + gz + another_sum);
  CHECK(holds(message_of<Error>([&] { wrong.source->read(whole(size)); }), "damaged"));
  const Container no_sum = scratch.open(head + gz + packed.substr(0, packed.size() - 5));
  CHECK(holds(message_of<Error>([&] { no_sum.source->read(whole(size)); }), "checksum"));
}

TEST_CASE("a long stream is read forward, backward and by members") {
  test::TemporaryFolder folder;
  std::string bytes(40 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i / 4096 * 31 + i % 7);
  }
  const std::size_t half = bytes.size() / 2;
  test::write_file(folder / "a.gz", "skipped" + test::gzip(bytes.substr(0, half)) +
                                        test::gzip(bytes.substr(half)) + "left over");
  InflateStream stream(folder / "a.gz", 7);
  for (const std::size_t at : {std::size_t{0}, std::size_t{39 << 20}, std::size_t{5}, half - 10,
                               std::size_t{17 << 20}, bytes.size() - 64, std::size_t{1}}) {
    std::string read(64, '\0');
    stream.read_at(static_cast<std::int64_t>(at), std::as_writable_bytes(std::span(read)));
    CHECK(read == bytes.substr(at, 64));
  }
  std::string tail(100, '\0');
  CHECK(stream.read_some(static_cast<std::int64_t>(bytes.size()) - 30,
                         std::as_writable_bytes(std::span(tail))) == 30);
}

TEST_CASE("the real NRRD file that ITK refuses") {
  const auto data = test::test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  Progress progress;
  const Container stent = open_nrrd(*data / "formats" / "stent.nrrd", {}, progress);
  CHECK(stent.source->grid().size == Size3{128, 128, 256});
  CHECK(stent.source->type() == PixelType::f32);
  CHECK(stent.spacing.value == std::array<std::optional<double>, 3>{1, 1, 1});
  const AnyVolume all = stent.source->read(whole({128, 128, 256}));
  double sum = 0;
  float largest = 0;
  for (std::int64_t i = 0; i < 128 * 128 * 256; ++i) {
    sum += all.view().as<float>().data()[i];
    largest = std::max(largest, all.view().as<float>().data()[i]);
  }
  // As numpy and zlib read it.
  CHECK(sum == doctest::Approx(74235.45305449888));
  CHECK(largest == 1.0F);
}
