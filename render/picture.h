// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace fossilct {

// 8-bit pixels, rows top to bottom, channels interleaved: 1 grey, 2 grey with opacity, 3 RGB, 4 RGB
// with opacity (not premultiplied); no padding between rows.
struct Picture {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int channels = 3;
  std::vector<std::uint8_t> pixels;

  Picture() = default;
  Picture(std::int64_t w, std::int64_t h, int c)
      : width(w), height(h), channels(c), pixels(static_cast<std::size_t>(w * h * c)) {}
  std::uint8_t* at(std::int64_t x, std::int64_t y) {
    return pixels.data() + (y * width + x) * channels;
  }
  const std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
};

using Colour = std::array<std::uint8_t, 3>;

}  // namespace fossilct
