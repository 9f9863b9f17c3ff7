// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>

namespace fossilct {

// norm(x) [+ residual] [ReLU], with gradients and, in training, with the running statistics brought
// forward as LibTorch does it. In fp32 on a CPU, with channels that fill whole vectors, our kernels
// do it in two passes over memory forward and two backward (three of each and more otherwise); the
// result is channels-last and the same for any number of threads, bit by bit. Sums are fp32 over
// some 1,000 pixels, double beyond; they are those of x - x[first pixel], so that a mean far from 0
// costs no digits. Everything else is left to LibTorch. `residual` undefined: none; of x's shape.
at::Tensor normalised(const torch::nn::BatchNorm2d& norm, const at::Tensor& x, bool relu,
                      const at::Tensor& residual = {});

}  // namespace fossilct
