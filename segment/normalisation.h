// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <string>
#include <string_view>

#include "filters/intensity_scale.h"

namespace fossilct {

// How intensities become a network's input.
enum class Normalisation {
  rock,     // (v - centre) / deviation of the scan's IntensityScale
  imagenet  // `low` to `high` as 0 to 1, then ImageNet's mean and deviation of each channel
};
std::string name_of(Normalisation kind);
Normalisation normalisation_from_name(std::string_view option, std::string_view name);

}  // namespace fossilct
