// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "train/augmentation.h"

namespace fossilct {

struct LabelledImages {
  at::Tensor images;  // N,C,H,W fp32, scaled intensities
  at::Tensor labels;  // N,H,W u8
};

// The batch with each sample changed by its own draw from `seed`; what a sample becomes depends on
// the seed and its place in the batch alone (on one kind of device). Neighbouring slices (channels)
// meet the same geometry and the same rings, other noise. Labels are never interpolated; what comes
// from outside a turned image is its reflection, in both. Works where the tensors are. Cost: some
// milliseconds a sample of 256 x 256 on a CPU.
LabelledImages augmented(const LabelledImages& batch, const Augmentation& options,
                         std::uint64_t seed);

}  // namespace fossilct
