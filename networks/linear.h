// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fossilct {

// x weight^T + bias over the last axis of x, with gradients; weight is [out, in]. On a CPU in fp32
// oneDNN multiplies: LibTorch leaves it to the system's BLAS, which in Debian may be the reference
// one, some twenty times slower.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace fossilct
