// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fossilct {

// Dieleman, De Fauw and Kavukcuoglu 2016 (arXiv 1602.02660): layers that make a network equivariant
// to quarter turns. A batch of N images is followed through the network in four orientations:
// 4N,C,H,W, those of image i at i, N + i, 2N + i, 3N + i, each a quarter turn after the one before.
// Gradients flow where they are asked for.
inline constexpr int orientations = 4;

// N,C,H,W -> 4N,C,H,W; H = W.
at::Tensor cyclic_sliced(const at::Tensor& images);

// 4N,C,H,W -> 4N,4C,H,W: each orientation gets the maps of the other three beside its own, turned
// to lie as its own do (equation 8).
at::Tensor cyclic_rolled(const at::Tensor& maps);

// 4N,F -> N,F: the largest over the orientations; what a quarter turn of the image can't change.
at::Tensor cyclic_pooled(const at::Tensor& vectors);

}  // namespace fossilct
