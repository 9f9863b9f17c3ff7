// SPDX-License-Identifier: Apache-2.0
#include "segment/slice_reader.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "base/error.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

constexpr Size3 size = {7, 5, 6};

// v = x + 10 y + 100 z.
Volume<std::uint16_t> places() {
  Volume<std::uint16_t> volume(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        volume(x, y, z) = static_cast<std::uint16_t>(x + 10 * y + 100 * z);
      }
    }
  }
  return volume;
}

std::int64_t value(Axis axis, std::int64_t slice, std::int64_t row, std::int64_t column) {
  switch (axis) {
    case Axis::y:
      return column + 10 * slice + 100 * row;
    case Axis::x:
      return slice + 10 * column + 100 * row;
    case Axis::z:
      break;
  }
  return column + 10 * row + 100 * slice;
}

TEST_CASE("a part holds the voxels of its axis, its neighbours as channels") {
  const auto source = test::source_of(places());
  const IntensityScale scale{.centre = 3, .deviation = 2};
  for (const Axis axis : {Axis::z, Axis::y, Axis::x}) {
    const SlicePart part{axis, 2, 1, 1, 3, 2};
    const at::Tensor image = read_part(*source, part, 1, scale);
    REQUIRE(image.sizes() == at::IntArrayRef({3, 3, 2}));
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t row = 0; row < 3; ++row) {
        for (std::int64_t column = 0; column < 2; ++column) {
          const double expected =
              (static_cast<double>(value(axis, 1 + c, 1 + row, 1 + column)) - 3) / 2;
          CHECK(image[c][row][column].item<double>() == doctest::Approx(expected));
        }
      }
    }
  }
}

TEST_CASE("beyond the volume the outermost slice is repeated") {
  const auto source = test::source_of(places());
  for (const Axis axis : {Axis::z, Axis::y, Axis::x}) {
    const SlicePart all = whole_slices(size, axis);
    SlicePart part = all;
    part.slice = 0;
    const at::Tensor first = read_part(*source, part, 2, {});
    CHECK(first[0].equal(first[2]));
    CHECK(first[1].equal(first[2]));
    CHECK_FALSE(first[3].equal(first[2]));
    part.slice = all.slice - 1;
    const at::Tensor last = read_part(*source, part, 1, {});
    CHECK(last[2].equal(last[1]));
    CHECK_FALSE(last[0].equal(last[1]));
  }
}

TEST_CASE("labels come from the same voxels as intensities") {
  Volume<std::uint8_t> labels(size);
  const Volume<std::uint16_t> volume = places();
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    labels.data()[i] = static_cast<std::uint8_t>(volume.data()[i] % 251);
  }
  const auto scan = test::source_of(volume);
  const auto truth = test::source_of(labels);
  for (const Axis axis : {Axis::z, Axis::y, Axis::x}) {
    const SlicePart part{axis, 3, 0, 2, 4, 3};
    const at::Tensor image = read_part(*scan, part, 0, {})[0];
    const at::Tensor found = read_label_part(*truth, part);
    CHECK(found.to(at::kFloat).equal(image.remainder(251)));
  }
}

TEST_CASE("axes are letters, each once") {
  CHECK(name_of(parse_axes("--axes", "zyx")) == "zyx");
  CHECK(name_of(parse_axes("--axes", "xz")) == "xz");
  for (const char* wrong : {"", "zz", "zya", "Z", "z,y"}) {
    CHECK_THROWS_AS(parse_axes("--axes", wrong), Error);
  }
}

}  // namespace
}  // namespace fossilct
