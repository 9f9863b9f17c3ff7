// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/progress.h"
#include "filters/intensity_scale.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How intensities become a network's input, in two steps: those of each scan are brought to one
// scale, then to what the network's first layer expects.
enum class Normalisation {
  rock,     // median and robust deviation of the rock become 0 and 1
  imagenet  // the 0.1 and 99.9 percentile become 0 and 1, then ImageNet's mean and deviation do
};
std::string name_of(Normalisation kind);
// Throws Error{option} naming `option`.
Normalisation normalisation_from_name(std::string_view option, std::string_view name);

// The first step's scale of a scan. Reads some slices where the description has no statistics.
IntensityScale scale_for(Normalisation kind, VolumeSource& scan, Progress& progress);

// The second step: images N,C,H,W of scaled intensities as the network takes them. One slice in
// three channels (`repeat_grey`) is given as C = 1.
at::Tensor network_input(const at::Tensor& images, Normalisation kind, bool repeat_grey);

}  // namespace fossilct
