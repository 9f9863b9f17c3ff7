// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/outlines.h"

#include <doctest/doctest.h>

using namespace fossilct;

namespace {

// Positive where it runs clockwise as seen (y downwards), by the shoelace formula.
double area(const Outline& outline) {
  double twice = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const auto& a = outline[i];
    const auto& b = outline[(i + 1) % outline.size()];
    twice += static_cast<double>(a[0]) * b[1] - static_cast<double>(b[0]) * a[1];
  }
  return twice / 2;
}

}  // namespace

TEST_CASE("the outline of a pixel is its square") {
  const LabelPicture picture = {3, 3, {0, 0, 0, 0, 7, 0, 0, 0, 0}};
  const auto outlines = outlines_of(picture, 7, {0, 0, 3, 3});
  REQUIRE(outlines.size() == 1);
  CHECK(outlines[0].size() == 4);
  CHECK(area(outlines[0]) == 1);
}

TEST_CASE("a ring has two outlines, whose areas make its own, up to the border of the picture") {
  const LabelPicture picture = {4, 3, {2, 2, 2, 0, 2, 0, 2, 5, 2, 2, 2, 5}};
  const auto outlines = outlines_of(picture, 2, {0, 0, 4, 3});
  REQUIRE(outlines.size() == 2);
  CHECK(area(outlines[0]) + area(outlines[1]) == 8);
  CHECK(area(outlines[1]) == -1);
}

TEST_CASE("pixels that touch at a corner have one outline") {
  const LabelPicture picture = {2, 2, {1, 0, 0, 1}};
  const auto outlines = outlines_of(picture, 1, {0, 0, 2, 2});
  REQUIRE(outlines.size() == 1);
  CHECK(area(outlines[0]) == 2);
  CHECK(outlines_of({2, 2, {0, 1, 1, 0}}, 1, {0, 0, 2, 2}).size() == 1);
}

TEST_CASE("a label that is not there has no outline") {
  CHECK(outlines_of({2, 1, {1, 3}}, 2, {0, 0, 2, 1}).empty());
}
