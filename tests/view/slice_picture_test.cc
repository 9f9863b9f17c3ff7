// SPDX-License-Identifier: Apache-2.0
#include "view/slice_picture.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace fossilct;

namespace {

Slice<std::uint32_t> ids_of(std::int64_t width, std::vector<std::uint32_t> pixels) {
  Slice<std::uint32_t> slice;
  slice.width = width;
  slice.height = static_cast<std::int64_t>(pixels.size()) / width;
  slice.covered = {0, 0, width, slice.height};
  slice.pixels = std::move(pixels);
  return slice;
}

std::int64_t length_of(const std::vector<BorderLine>& lines) {
  std::int64_t sum = 0;
  for (const BorderLine& line : lines) {
    sum += std::abs(line.u_end - line.u_begin) + std::abs(line.v_end - line.v_begin);
  }
  return sum;
}

}  // namespace

TEST_CASE("grey goes from black to white over the window") {
  Slice<float> slice;
  slice.width = 6;
  slice.height = 1;
  slice.pixels = {-5, 10, 15, 20, 99, std::numeric_limits<float>::quiet_NaN()};
  const std::vector<std::uint32_t> expected = {0xFF000000, 0xFF000000, 0xFF808080,
                                               0xFFFFFFFF, 0xFFFFFFFF, 0xFF000000};
  CHECK(grey_pixels(slice, {10, 20}) == expected);
  CHECK(grey_pixels(slice, {15, 15})[2] == 0xFF000000);
  CHECK(grey_pixels(slice, {15, 15})[3] == 0xFFFFFFFF);
}

TEST_CASE("the tint is multiplied by its opacity, and clear where nothing is shown") {
  const auto slice = ids_of(4, {0, 7, 9, 7});
  const IdColours colours = {{7, {200, 100, 0}}};
  const std::vector<std::uint32_t> expected = {0, 0x80643200, 0, 0x80643200};
  CHECK(tint_pixels(slice, colours, 0.5) == expected);
}

TEST_CASE("the border of a square is its four edges, each one line") {
  const auto slice = ids_of(6, {0, 0, 0, 0, 0, 0,  //
                                0, 5, 5, 5, 0, 0,  //
                                0, 5, 5, 5, 0, 0,  //
                                0, 0, 0, 0, 0, 0});
  const auto lines = border_lines(slice, {{5, {}}});
  REQUIRE(lines.size() == 1);
  CHECK(lines.at(5).size() == 4);
  CHECK(length_of(lines.at(5)) == 10);
  CHECK(std::ranges::find(lines.at(5), BorderLine{1, 1, 4, 1}) != lines.at(5).end());
}

TEST_CASE("a coarser slice has its borders in voxels of the full resolution") {
  auto slice = ids_of(4, {0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0});
  slice.request.level = 2;
  slice.covered = {40, 80, 56, 92};
  const auto lines = border_lines(slice, {{5, {}}});
  CHECK(length_of(lines.at(5)) == 16);
  CHECK(std::ranges::find(lines.at(5), BorderLine{44, 84, 48, 84}) != lines.at(5).end());
}

TEST_CASE("where two bodies meet the line is both's; hidden ones have none; the edge is none") {
  const auto slice = ids_of(4, {1, 1, 2, 3,  //
                                1, 1, 2, 3});
  const auto lines = border_lines(slice, {{1, {}}, {2, {}}});
  CHECK(lines.at(1) == std::vector<BorderLine>{{2, 0, 2, 2}});
  CHECK(lines.at(2).size() == 2);
  CHECK(!lines.contains(3));
}

TEST_CASE("a body that touches itself at a corner has all its edges") {
  const auto slice = ids_of(4, {0, 0, 0, 0,  //
                                0, 4, 0, 0,  //
                                0, 0, 4, 0,  //
                                0, 0, 0, 0});
  CHECK(length_of(border_lines(slice, {{4, {}}}).at(4)) == 8);
}
