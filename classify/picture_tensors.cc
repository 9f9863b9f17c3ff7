// SPDX-License-Identifier: Apache-2.0
#include "classify/picture_tensors.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace fossilct {

at::Tensor picture_tensor(const ImageSet& set, std::size_t first, std::size_t count) {
  at::Tensor bytes =
      at::empty({static_cast<std::int64_t>(count), set.channels, set.size, set.size}, at::kByte);
  std::uint8_t* out = bytes.data_ptr<std::uint8_t>();
  for (std::size_t i = first; i < first + count; ++i) {
    out = std::copy(set.images[i].pixels.begin(), set.images[i].pixels.end(), out);
  }
  constexpr float white = 255;
  return bytes.to(at::kFloat).div_(white);
}

at::Tensor rows_of_owners(const at::Tensor& matrix, const at::Tensor& owners,
                          std::size_t first_specimen) {
  return matrix.defined()
             ? matrix.index_select(0, owners + static_cast<std::int64_t>(first_specimen))
             : matrix;
}

}  // namespace fossilct
