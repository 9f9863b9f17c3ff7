// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/conv.h>

namespace fossilct {

// conv(x), with gradients. On a CPU in fp32 convolutions of 3x3 at stride 1, padding 1 and one
// group run by our own kernels, forward and both gradients, by Winograd's F(4x4, 3x3) (Lavin and
// Gray 2016, arXiv 1509.09308; the gradient of weights is the sum over tiles of V^T (A dy A^T)).
// The result is channels-last; x and weights may lie in any order, and are taken as they are where
// they are channels-last. Outputs and gradients agree with LibTorch's to about 1e-5 of the largest
// value; they are the same from call to call, bit by bit, for one number of threads
// (at::get_num_threads()). A value that is no number spreads over the 4 x 4 pixels of its tile.
// Each thread that trains keeps some memory for the transforms (up to about 36 x channels x outputs
// numbers three times). Everything else is left to LibTorch.
//
// bf16 on processors with AMX: oneDNN 2.6.3's gradient of weights of 3x3 with 16 channels does not
// return at widths of 768 and more. Such layers are computed in fp32 there and rounded to bf16.
at::Tensor convolved(const torch::nn::Conv2d& conv, const at::Tensor& x);

// conv(cat({enlarged(x), skip}, 1)), `skip` undefined: conv(enlarged(x)); see image_ops.h. With our
// kernels neither the enlarged image nor the concatenation is ever stored.
at::Tensor convolved_enlarged(const torch::nn::Conv2d& conv, const at::Tensor& x,
                              const at::Tensor& skip);

}  // namespace fossilct
