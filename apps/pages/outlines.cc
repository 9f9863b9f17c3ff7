// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/outlines.h"

namespace fossilct {

namespace {

// East, south, west, north; y grows downwards. The label is at the right hand.
struct Step {
  std::int64_t x;
  std::int64_t y;
};
constexpr std::array<Step, 4> steps = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};

// The pixels ahead of a corner, to be added to it, for each direction.
constexpr std::array<Step, 4> ahead_left = {{{0, -1}, {0, 0}, {-1, 0}, {-1, -1}}};
constexpr std::array<Step, 4> ahead_right = {{{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}};

class Tracer {
 public:
  Tracer(const LabelPicture& picture, std::uint32_t label, const PixelBox& box)
      : picture_(picture),
        label_(label),
        box_(box),
        seen_(static_cast<std::size_t>((box.x_end - box.x_begin) * (box.y_end - box.y_begin))) {}

  std::vector<Outline> all() {
    std::vector<Outline> outlines;
    for (std::int64_t y = box_.y_begin; y < box_.y_end; ++y) {
      for (std::int64_t x = box_.x_begin; x < box_.x_end; ++x) {
        if (is_label(x, y) && !is_label(x, y - 1) && !seen(x, y)) {
          outlines.push_back(from(x, y));
        }
      }
    }
    return outlines;
  }

 private:
  bool is_label(std::int64_t x, std::int64_t y) const { return picture_.at(x, y) == label_; }

  // Whether the upper edge of the pixel was walked along; every line has such an edge.
  std::vector<bool>::reference seen(std::int64_t x, std::int64_t y) {
    return seen_[static_cast<std::size_t>((y - box_.y_begin) * (box_.x_end - box_.x_begin) + x -
                                          box_.x_begin)];
  }

  std::size_t turned(std::size_t direction, std::int64_t x, std::int64_t y) const {
    const Step left = ahead_left[direction];
    const Step right = ahead_right[direction];
    if (is_label(x + left.x, y + left.y)) {
      return (direction + 3) % 4;
    }
    return is_label(x + right.x, y + right.y) ? direction : (direction + 1) % 4;
  }

  Outline from(std::int64_t begin_x, std::int64_t begin_y) {
    Outline outline;
    std::int64_t x = begin_x;
    std::int64_t y = begin_y;
    std::size_t direction = 0;
    do {
      if (direction == 0) {
        seen(x, y) = true;
      }
      x += steps[direction].x;
      y += steps[direction].y;
      const std::size_t next = turned(direction, x, y);
      if (next != direction) {
        outline.push_back({static_cast<float>(x), static_cast<float>(y)});
      }
      direction = next;
    } while (x != begin_x || y != begin_y || direction != 0);
    return outline;
  }

  const LabelPicture& picture_;
  std::uint32_t label_;
  PixelBox box_;
  std::vector<bool> seen_;
};

}  // namespace

std::vector<Outline> outlines_of(const LabelPicture& picture, std::uint32_t label,
                                 const PixelBox& box) {
  return Tracer(picture, label, box).all();
}

}  // namespace fossilct
