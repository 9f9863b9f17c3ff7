// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace fossilct {

// Pixels added on each side so that height and width become multiples of a number; half on each
// side, the odd one below and right.
struct Padding {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
  bool none() const { return top + bottom + left + right == 0; }
};
Padding padding_to_multiple(std::int64_t height, std::int64_t width, std::int64_t multiple);

// N,C,H,W enlarged; along each axis by reflection without the edge pixel, or by repeating the edge
// pixel where the image is smaller than the padding needs.
at::Tensor padded(const at::Tensor& images, const Padding& padding);
// The reverse: a view without the padding.
at::Tensor cropped(const at::Tensor& images, const Padding& padding);

}  // namespace fossilct
