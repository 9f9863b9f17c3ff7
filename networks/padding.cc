// SPDX-License-Identifier: Apache-2.0
#include "networks/padding.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace fossilct {
namespace {

at::Tensor padded_along_one_axis(const at::Tensor& images, const Padding& padding,
                                 std::int64_t size) {
  if (padding.none()) {
    return images;
  }
  const std::array<std::int64_t, 4> sides = {padding.left, padding.right, padding.top,
                                             padding.bottom};
  const bool reflects = *std::max_element(sides.begin(), sides.end()) < size;
  return reflects ? at::reflection_pad2d(images, sides) : at::replication_pad2d(images, sides);
}

}  // namespace

Padding padding_to_multiple(std::int64_t height, std::int64_t width, std::int64_t multiple) {
  const auto lacking = [multiple](std::int64_t size) {
    return (multiple - size % multiple) % multiple;
  };
  const std::int64_t rows = lacking(height);
  const std::int64_t columns = lacking(width);
  return {rows / 2, rows - rows / 2, columns / 2, columns - columns / 2};
}

at::Tensor padded(const at::Tensor& images, const Padding& padding) {
  const at::Tensor taller =
      padded_along_one_axis(images, {.top = padding.top, .bottom = padding.bottom}, images.size(2));
  return padded_along_one_axis(taller, {.left = padding.left, .right = padding.right},
                               images.size(3));
}

at::Tensor cropped(const at::Tensor& images, const Padding& padding) {
  return images.narrow(2, padding.top, images.size(2) - padding.top - padding.bottom)
      .narrow(3, padding.left, images.size(3) - padding.left - padding.right);
}

}  // namespace fossilct
