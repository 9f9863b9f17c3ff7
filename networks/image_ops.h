// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fossilct {

// What the training form of a network and its inference program both do to N,C,H,W images, besides
// convolving them. Gradients flow where they are asked for.

// Twice the height and width, each pixel repeated (nearest neighbour).
at::Tensor enlarged(const at::Tensor& image);

// Nearest-neighbour resize to the height and width of `like`; `image` itself where they agree.
at::Tensor resized_like(const at::Tensor& image, const at::Tensor& like);

// torch.nn.PixelShuffle(2), then with `blur` as PixelShuffleOp has it.
at::Tensor pixel_shuffled(const at::Tensor& image, bool blur);

// See SelfAttentionOp; query, key, value are [out, in].
at::Tensor self_attended(const at::Tensor& image, const at::Tensor& query, const at::Tensor& key,
                         const at::Tensor& value, const at::Tensor& gamma);

}  // namespace fossilct
