// SPDX-License-Identifier: Apache-2.0
#include "networks/cyclic.h"

#include <ATen/ATen.h>

#include <vector>

namespace fossilct {

at::Tensor cyclic_sliced(const at::Tensor& images) {
  std::vector<at::Tensor> turned;
  for (int turn = 0; turn < orientations; ++turn) {
    turned.push_back(at::rot90(images, turn, {2, 3}));
  }
  return at::cat(turned, 0);
}

at::Tensor cyclic_rolled(const at::Tensor& maps) {
  const std::vector<at::Tensor> own = at::chunk(maps, orientations, 0);
  std::vector<at::Tensor> rolled;
  for (int turn = 0; turn < orientations; ++turn) {
    std::vector<at::Tensor> beside;
    for (int step = 0; step < orientations; ++step) {
      const auto other = static_cast<std::size_t>((turn + step) % orientations);
      beside.push_back(at::rot90(own[other], -step, {2, 3}));
    }
    rolled.push_back(at::cat(beside, 1));
  }
  return at::cat(rolled, 0);
}

at::Tensor cyclic_pooled(const at::Tensor& vectors) {
  return vectors.view({orientations, -1, vectors.size(1)}).amax(0);
}

}  // namespace fossilct
