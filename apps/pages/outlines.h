// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fossilct {

// A picture of labels, row by row.
struct LabelPicture {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint32_t> labels;

  // 0 beyond the picture.
  std::uint32_t at(std::int64_t x, std::int64_t y) const {
    return x < 0 || y < 0 || x >= width || y >= height
               ? 0
               : labels[static_cast<std::size_t>(y * width + x)];
  }
};

// Pixels with begin <= x, y < end.
struct PixelBox {
  std::int64_t x_begin = 0;
  std::int64_t y_begin = 0;
  std::int64_t x_end = 0;
  std::int64_t y_end = 0;
};

// A closed line along the edges of pixels, from corner to corner; pixel (x, y) reaches from (x, y)
// to (x + 1, y + 1).
using Outline = std::vector<std::array<float, 2>>;

// The borders of the pixels of `label` (not 0) within the box, which must hold all of them: outer
// ones run clockwise as seen, those of holes the other way. Pixels that touch at a corner are
// joined. Cost: the pixels of the box and the length of the lines.
std::vector<Outline> outlines_of(const LabelPicture& picture, std::uint32_t label,
                                 const PixelBox& box);

}  // namespace fossilct
