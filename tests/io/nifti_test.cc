// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

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

constexpr Size3 size{4, 3, 2};

template <typename T>
void put(std::string& bytes, std::size_t at, T value, bool big_endian = false) {
  std::array<char, sizeof(T)> word{};
  std::memcpy(word.data(), &value, sizeof(T));
  if (big_endian) {
    std::reverse(word.begin(), word.end());
  }
  std::copy(word.begin(), word.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// A NIfTI-1 header of 352 bytes: int16, 4 x 3 x 2, 0.5 x 0.25 x 2 in `units`.
std::string header_1(bool big_endian = false, char units = 2) {
  std::string h(352, '\0');
  put<std::int32_t>(h, 0, 348, big_endian);
  const std::array<std::int16_t, 8> dim = {3, 4, 3, 2, 1, 1, 1, 1};
  const std::array<float, 4> pixdim = {1, 0.5F, 0.25F, 2};
  for (std::size_t i = 0; i < 8; ++i) {
    put(h, 40 + 2 * i, dim[i], big_endian);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    put(h, 76 + 4 * i, pixdim[i], big_endian);
  }
  put<std::int16_t>(h, 70, 4, big_endian);
  put<std::int16_t>(h, 72, 16, big_endian);
  put<float>(h, 108, 352, big_endian);
  h[123] = units;
  h.replace(344, 3, "n+1");
  return h;
}

std::string header_2() {
  std::string h(544, '\0');
  put<std::int32_t>(h, 0, 540);
  h.replace(4, 8, std::string("n+2\0\r\n\x1a\n", 8));
  put<std::int16_t>(h, 12, 4);
  put<std::int16_t>(h, 14, 16);
  const std::array<std::int64_t, 8> dim = {3, 4, 3, 2, 1, 1, 1, 1};
  for (std::size_t i = 0; i < 8; ++i) {
    put(h, 16 + 8 * i, dim[i]);
    put(h, 104 + 8 * i, i == 0 ? 1.0 : 0.71);
  }
  put<std::int64_t>(h, 168, 544);
  put<std::int32_t>(h, 500, 3);
  return h;
}

std::string ramp(bool big_endian = false) {
  std::string bytes(48, '\0');
  for (std::size_t i = 0; i < 24; ++i) {
    put<std::int16_t>(bytes, 2 * i, static_cast<std::int16_t>(i * 100 - 500), big_endian);
  }
  return bytes;
}

bool is_ramp(const Container& container) {
  const AnyVolume read = container.source->read(whole(size));
  bool good = container.source->grid().size == size && read.type() == PixelType::i16;
  for (int i = 0; good && i < 24; ++i) {
    good = read.view().as<std::int16_t>().data()[i] == i * 100 - 500;
  }
  return good;
}

struct Scratch {
  test::TemporaryFolder folder;
  Progress progress;

  Container open(const std::string& content, const std::string& name = "a.nii") {
    test::write_file(folder / name, content);
    return open_nifti(folder / name, {}, progress);
  }
  std::string refusal(const std::string& content, const std::string& name = "a.nii") {
    const std::string message = message_of<Error>([&] { open(content, name); });
    CHECK(holds(message, folder.path().string()));
    return message;
  }
};

}  // namespace

TEST_CASE("NIfTI-1 and NIfTI-2, plain and gzip, under any name") {
  Scratch scratch;
  CHECK(is_ramp(scratch.open(header_1() + ramp())));
  CHECK(is_ramp(scratch.open(header_1(true) + ramp(true))));
  CHECK(is_ramp(scratch.open(test::gzip(header_1() + ramp()), "a.nii.gz")));
  CHECK(is_ramp(scratch.open(test::gzip(header_1(true) + ramp(true)), "a.bin")));
  CHECK(is_ramp(scratch.open(header_2() + ramp())));
  CHECK(is_ramp(scratch.open(test::gzip(header_2() + ramp()), "b.nii.gz")));
}

TEST_CASE("a header and its data in two files") {
  Scratch scratch;
  std::string header = header_1();
  header.replace(344, 3, "ni1");
  put<float>(header, 108, 0);
  CHECK(holds(scratch.refusal(header, "a.hdr"), "a.img: is missing"));
  test::write_file(scratch.folder / "a.img", ramp());
  const Container pair = scratch.open(header, "a.hdr");
  CHECK(is_ramp(pair));
  CHECK(pair.source->description().files.size() == 2);
  test::write_file(scratch.folder / "b.img.gz", test::gzip(ramp()));
  CHECK(is_ramp(scratch.open(header, "b.hdr")));
}

TEST_CASE("spacing comes in the unit the header states") {
  Scratch scratch;
  const auto settled = [&](const std::string& bytes) {
    return settle_spacing(scratch.open(bytes).spacing, {}, "a");
  };
  CHECK(settled(header_1() + ramp()).spacing_um == Vector3{500, 250, 2000});
  CHECK(settled(header_1() + ramp()).notices.empty());
  CHECK(settled(header_1(false, 3) + ramp()).spacing_um == Vector3{0.5, 0.25, 2});
  CHECK(settled(header_1(false, 0) + ramp()).spacing_um == Vector3{500, 250, 2000});
  CHECK(settled(header_1(false, 0) + ramp()).notices.size() == 1);
  CHECK(settled(header_2() + ramp()).spacing_um == Vector3{0.71, 0.71, 0.71});
  // A float of NIfTI-1 means the decimal it was made from.
  std::string header = header_1(false, 3);
  put<float>(header, 80, 0.71F);
  CHECK(settled(header + ramp()).spacing_um.x == 0.71);
}

TEST_CASE("a pixdim that is no length is refused as it stands, not repaired") {
  Scratch scratch;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {0.0F, -0.5F, nan, infinity}) {
    for (const std::size_t axis : {0, 1, 2}) {
      std::string header = header_1();
      put<float>(header, 80 + 4 * axis, bad);
      const Container container = scratch.open(header + ramp());
      CHECK(container.source->description().notices.empty());
      const std::string message =
          message_of<Error>([&] { settle_spacing(container.spacing, {}, "a.nii"); });
      CHECK(holds(message, "a.nii: pixdim = "));
      CHECK(holds(message, "is no voxel size"));
      CHECK(holds(message, "--spacing-um 0.71"));
    }
  }
  std::string header = header_2();
  put<double>(header, 112, 0);
  CHECK(holds(
      message_of<Error>([&] { settle_spacing(scratch.open(header + ramp()).spacing, {}, "a"); }),
      "0 is no voxel size"));
}

TEST_CASE("the world is turned from RAS to LPS, as ITK does") {
  Scratch scratch;
  std::string header = header_1();
  put<std::int16_t>(header, 254, 1);
  const std::array<float, 12> sform = {0.5F, 0, 0, 10, 0, 0.25F, 0, 20, 0, 0, 2, 30};
  for (std::size_t i = 0; i < 12; ++i) {
    put(header, 280 + 4 * i, sform[i]);
  }
  const Container with_sform = scratch.open(header + ramp());
  CHECK(with_sform.source->grid().direction == Matrix3{-1, 0, 0, 0, -1, 0, 0, 0, 1});
  CHECK(with_sform.source->grid().origin_um == Vector3{-10, -20, 30});
  CHECK(with_sform.source->description().notices.empty());
  // A qform comes first: half a turn about z, (b, c, d) = (0, 0, 1).
  put<std::int16_t>(header, 252, 1);
  put<float>(header, 264, 1);
  put<float>(header, 268, 7);
  const Grid grid = scratch.open(header + ramp()).source->grid();
  CHECK(grid.direction[0] == doctest::Approx(1));
  CHECK(grid.direction[4] == doctest::Approx(1));
  CHECK(grid.direction[8] == doctest::Approx(1));
  CHECK(grid.origin_um == Vector3{-7, 0, 0});
  CHECK(scratch.open(header_1() + ramp()).source->grid().direction == identity_direction);
}

TEST_CASE("scaling in the header is applied and told") {
  Scratch scratch;
  std::string header = header_1();
  put<float>(header, 112, 0.5F);
  put<float>(header, 116, 3);
  const Container scaled = scratch.open(header + ramp());
  CHECK(scaled.source->type() == PixelType::f32);
  const AnyVolume read = scaled.source->read({{1, 0, 0}, {4, 3, 2}});
  CHECK(read.view().as<float>()(0, 0, 0) == (-400 * 0.5F) + 3);
  CHECK(read.view().as<float>()(2, 2, 1) == (1800 * 0.5F) + 3);
  REQUIRE(scaled.source->description().notices.size() == 1);
  CHECK(holds(scaled.source->description().notices[0], "times 0.5 plus 3"));
  put<float>(header, 112, 0);  // no scaling, by the standard
  CHECK(is_ramp(scratch.open(header + ramp())));
}

TEST_CASE("series, colours and damaged headers are refused") {
  Scratch scratch;
  std::string header = header_1();
  put<std::int16_t>(header, 40, 4);
  put<std::int16_t>(header, 48, 5);
  CHECK(holds(scratch.refusal(header + ramp()), "dim = 4 4 3 2 5"));
  header = header_1();
  put<std::int16_t>(header, 70, 128);
  put<std::int16_t>(header, 72, 24);
  CHECK(holds(scratch.refusal(header + ramp()), "RGB24"));
  for (const std::int16_t bad : {std::int16_t{0}, std::int16_t{-4}}) {
    header = header_1();
    put(header, 42, bad);
    CHECK(holds(scratch.refusal(header + ramp()), "damaged"));
  }
  header = header_1();
  put<std::int16_t>(header, 40, 300);
  CHECK(holds(scratch.refusal(header + ramp()), "NIfTI"));
  CHECK(holds(scratch.refusal(header_1().substr(0, 200)), "cut off"));
  CHECK(holds(scratch.refusal(header_1() + ramp().substr(2)), "has 398 bytes"));
  header = header_2();
  put<std::int64_t>(header, 24, std::int64_t{1} << 60);
  CHECK(holds(scratch.refusal(header + ramp()), "1152921504606846976"));
  CHECK(holds(scratch.refusal(test::gzip(header + ramp())), "can't hold"));
  const std::string packed = test::gzip(header_1() + ramp());
  CHECK(holds(scratch.refusal(packed.substr(0, 30)), "cut off"));
  const Container cut = scratch.open(packed.substr(0, packed.size() - 30));
  CHECK(holds(message_of<Error>([&] { cut.source->read(whole(size)); }), "cut off"));
}

TEST_CASE("the real CT of a lung") {
  const auto data = test::test_data();
  if (!data) {
    MESSAGE("skipped: no test data");
    return;
  }
  Progress progress;
  const Container lung = open_nifti(*data / "formats" / "lung_ct_sm.nii.gz", {}, progress);
  CHECK(lung.source->grid().size == Size3{122, 101, 30});
  CHECK(lung.source->type() == PixelType::i16);
  CHECK(lung.spacing.value == std::array<std::optional<double>, 3>{3, 3, 3});
  CHECK(lung.spacing.unit == SpacingUnit::millimetre_by_convention);
  const AnyVolume all = lung.source->read(whole({122, 101, 30}));
  const auto view = all.view().as<std::int16_t>();
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < 122 * 101 * 30; ++i) {
    sum += view.data()[i];
  }
  // As numpy reads it.
  CHECK(sum == -130'894'872);
  CHECK(view(60, 50, 10) == -86);
  // Backward, slice by slice, it is the same.
  for (std::int64_t z = 29; z >= 0; --z) {
    const AnyVolume slice = lung.source->read(slab({122, 101, 30}, z, z + 1));
    CHECK(std::memcmp(slice.view().data(), all.view().row(0, z), 122 * 101 * 2) == 0);
  }
}
