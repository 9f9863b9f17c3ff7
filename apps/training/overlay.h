// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace fossilct {

// What a prediction got right and wrong in a slice, as pixels to lay over it.

// Labels of one slice, row by row; class 0 is background.
struct SliceLabels {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::span<const std::uint8_t> truth;  // ignored_label where nobody has looked
  std::span<const std::uint8_t> prediction;
};

enum class PixelOutcome : std::uint8_t {
  right_background,
  hit,          // the right class of the foreground
  missed,       // background was predicted
  invented,     // the truth is background
  wrong_class,  // another class of the foreground
  unknown       // nobody has looked
};
PixelOutcome outcome_of(std::uint8_t truth, std::uint8_t prediction);

// How many pixels of each outcome; by the value of PixelOutcome.
std::array<std::int64_t, 6> count_outcomes(const SliceLabels& labels);

using Rgb = std::array<std::uint8_t, 3>;
// The colours of the overlay, told apart by the colour-blind and on any grey.
inline constexpr Rgb truth_outline_colour = {255, 255, 255};
inline constexpr Rgb hit_colour = {0, 200, 150};
inline constexpr Rgb missed_colour = {255, 95, 20};
inline constexpr Rgb invented_colour = {40, 140, 255};
inline constexpr Rgb wrong_class_colour = {255, 225, 50};

struct OverlayPixels {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> rgba;  // row by row, alpha not multiplied in
};

// Every pixel of the slice becomes scale x scale pixels: transparent where background is right,
// tinted by its outcome elsewhere, hatched where nobody has looked. The outline of every class of
// the truth is a line, at most 3 pixels wide, inside of the class; where two classes meet, inside
// of the one with the larger label; none against what nobody has looked at. Cost: some 10 ns a
// pixel of the result. Asserts lengths and scale >= 1.
OverlayPixels draw_overlay(const SliceLabels& labels, int scale);

// A slice made smaller: blocks of factor x factor pixels become one; a last row or column that
// fills no block is left out.
std::vector<std::uint8_t> mean_of_blocks(std::span<const std::uint8_t> grey, std::int64_t width,
                                         int factor);
// The most frequent label of a block; of equally frequent ones the largest, so that thin bodies do
// not vanish.
std::vector<std::uint8_t> majority_of_blocks(std::span<const std::uint8_t> labels,
                                             std::int64_t width, int factor);

}  // namespace fossilct
