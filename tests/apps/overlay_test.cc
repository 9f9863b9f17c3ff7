// SPDX-License-Identifier: Apache-2.0
#include "apps/training/overlay.h"

#include <doctest/doctest.h>

namespace fossilct {
namespace {

using Labels = std::vector<std::uint8_t>;
constexpr std::uint8_t unknown = 255;

struct Pixel {
  Rgb colour;
  int alpha;
};

Pixel at(const OverlayPixels& pixels, std::int64_t x, std::int64_t y) {
  const std::uint8_t* p = pixels.rgba.data() + (y * pixels.width + x) * 4;
  return {{p[0], p[1], p[2]}, p[3]};
}

TEST_CASE("what became of a pixel") {
  CHECK(outcome_of(0, 0) == PixelOutcome::right_background);
  CHECK(outcome_of(2, 2) == PixelOutcome::hit);
  CHECK(outcome_of(2, 0) == PixelOutcome::missed);
  CHECK(outcome_of(0, 2) == PixelOutcome::invented);
  CHECK(outcome_of(1, 2) == PixelOutcome::wrong_class);
  CHECK(outcome_of(unknown, 2) == PixelOutcome::unknown);
  const Labels truth{0, 1, 1, 0, 1, unknown}, prediction{0, 1, 0, 1, 2, 0};
  CHECK(count_outcomes({3, 2, truth, prediction}) == std::array<std::int64_t, 6>{1, 1, 1, 1, 1, 1});
}

TEST_CASE("errors are tinted, background that is right stays clear") {
  // A truth without foreground has no outline.
  const Labels truth{0, 0, 0}, prediction{0, 1, 0};
  const OverlayPixels pixels = draw_overlay({3, 1, truth, prediction}, 2);
  CHECK(pixels.width == 6);
  CHECK(pixels.height == 2);
  CHECK(pixels.rgba.size() == 6 * 2 * 4);
  CHECK(at(pixels, 1, 1).alpha == 0);
  CHECK(at(pixels, 2, 0).colour == invented_colour);
  CHECK(at(pixels, 3, 1).colour == invented_colour);
  CHECK(at(pixels, 4, 0).alpha == 0);
}

// 5 x 5 with a square of 3 x 3 of class 1 in the middle.
Labels square() {
  Labels labels(25);
  for (const int i : {6, 7, 8, 11, 12, 13, 16, 17, 18}) {
    labels[static_cast<std::size_t>(i)] = 1;
  }
  return labels;
}

TEST_CASE("the outline of the truth lies inside of it, three pixels wide, corners closed") {
  const Labels truth = square(), nothing(25);
  const OverlayPixels pixels = draw_overlay({5, 5, truth, nothing}, 4);
  for (std::int64_t i = 4; i < 16; ++i) {
    CHECK(at(pixels, i, 4).colour == truth_outline_colour);
    CHECK(at(pixels, 4, i).colour == truth_outline_colour);
    CHECK(at(pixels, i, 13).colour == truth_outline_colour);
  }
  CHECK(at(pixels, 6, 9).colour == truth_outline_colour);
  CHECK(at(pixels, 7, 9).colour == missed_colour);
  CHECK(at(pixels, 3, 9).alpha == 0);
  CHECK(at(pixels, 16, 9).alpha == 0);
}

TEST_CASE("between two classes there is one line, at the border of the slice none") {
  const Labels truth{1, 1, 2, 2}, prediction = truth;
  const OverlayPixels pixels = draw_overlay({4, 1, truth, prediction}, 4);
  CHECK(at(pixels, 0, 0).colour == hit_colour);
  CHECK(at(pixels, 7, 0).colour == hit_colour);
  CHECK(at(pixels, 8, 0).colour == truth_outline_colour);
  CHECK(at(pixels, 15, 3).colour == hit_colour);
}

TEST_CASE("where nobody has looked it is hatched and has no outline") {
  const Labels truth{unknown, 1, 1}, prediction{1, 1, 0};
  const OverlayPixels pixels = draw_overlay({3, 1, truth, prediction}, 1);
  CHECK(at(pixels, 0, 0).colour == Rgb{0, 0, 0});
  CHECK(at(pixels, 0, 0).alpha > 0);
  CHECK(at(pixels, 1, 0).colour == hit_colour);
  CHECK(at(pixels, 2, 0).colour == missed_colour);
}

TEST_CASE("smaller slices: means, and the most frequent label, of two the larger") {
  const Labels grey{0, 10, 100, 100, 7, 20, 31, 100, 101, 7, 9, 9, 9, 9, 9};
  CHECK(mean_of_blocks(grey, 5, 2) == Labels{15, 100});
  const Labels labels{0, 1, 2, 2, 7, 0, 1, 2, unknown, 7, 9, 9, 9, 9, 9};
  CHECK(majority_of_blocks(labels, 5, 2) == Labels{1, 2});
  CHECK(majority_of_blocks(labels, 5, 1) == labels);
}

}  // namespace
}  // namespace fossilct
