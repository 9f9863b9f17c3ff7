// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fossilct::test {

// A grey picture, and its PNG without compression (stored blocks): the room has no PNG library, and
// these tests need none.
class Picture {
 public:
  Picture(int width, int height)
      : width_(width), height_(height), grey_(static_cast<std::size_t>(width) * height) {}
  int width() const { return width_; }
  int height() const { return height_; }
  std::uint8_t& at(int x, int y) { return grey_[static_cast<std::size_t>(y) * width_ + x]; }
  std::uint8_t at(int x, int y) const { return grey_[static_cast<std::size_t>(y) * width_ + x]; }
  // Outside of the picture nothing happens.
  void set(int x, int y, std::uint8_t grey) {
    if (x >= 0 && y >= 0 && x < width_ && y < height_) {
      at(x, y) = grey;
    }
  }

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> grey_;
};

std::vector<std::byte> png_of(const Picture& picture);

}  // namespace fossilct::test
