// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "volumes/volume.h"

namespace fossilct {

// Private to `specimens`: wall and lumen told apart by grey values.

// The middles of what a body is made of; `noise` is a standard deviation.
struct GreyLevels {
  double wall = 0;
  double air_below = 0;  // darker voxels are air
  std::optional<double> air;
  std::optional<double> cement;
  double noise = 0;
  // Of the wall against the nearest of the others; nothing where there is no other.
  std::optional<double> contrast_to_noise() const;
};

// Levels of the voxels of `body` (1; one size). Without `air_grey` the darkest hundredth of all
// voxels stands for air. Air and cement are found where they are a fiftieth of the body or more and
// so many deviations of the noise darker than the wall. Nothing without a grey value in the body.
std::optional<GreyLevels> grey_levels(const VolumeView<const std::uint8_t>& body,
                                      const VolumeView<const float>& grey,
                                      std::optional<double> air_grey,
                                      double least_contrast_to_noise);

// tissue_wall or tissue_lumen (specimens/anatomy.h) for each voxel of the body, 0 elsewhere.
Volume<std::uint8_t> tissue_by_grey(const VolumeView<const std::uint8_t>& body,
                                    const VolumeView<const float>& grey, const GreyLevels& levels);

}  // namespace fossilct
