// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "classify/taxon_recipe.h"

namespace fossilct {

// images: N,C,S,S fp32, 0 to 1. Each changed by its own draw, which depends on seeds[i] alone; the
// channels of one picture alike. All geometry is one bilinear sampling. Values stay within 0 and 1.
at::Tensor changed_pictures(const at::Tensor& images, const TaxonAugmentation& augmentation,
                            const std::vector<std::uint64_t>& seeds);

// What the network takes of pictures from 0 to 1; N,C,S,S.
at::Tensor network_pictures(const at::Tensor& images, PictureScaling scaling);

}  // namespace fossilct
