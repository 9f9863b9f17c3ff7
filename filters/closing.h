// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "volumes/volume.h"

namespace fossilct {

// Masks in memory: 0 is outside, anything else inside; results are 0 and 1. Beyond the volume all
// is outside.

// The mask closed by balls: what no ball of `radius` (in the unit of `spacing`, a voxel being its
// centre) covers that holds no voxel of the mask. Gaps and bays narrower than the ball are filled,
// nothing is lost. A radius of 0 changes nothing. Two distance transforms
// (filters/distance_transform.h) of the volume and a rim as wide as the ball: exact, some 50 ns a
// voxel of that, and 5 bytes. Asserts radius >= 0, spacing > 0.
Volume<std::uint8_t> closed_by_balls(const VolumeView<const std::uint8_t>& mask,
                                     const Vector3& spacing, double radius, int threads = 1);

// All that a ball of `radius` rolling in from beyond the volume can't cover (its centre going from
// voxel to voxel over faces): the closed mask, and the rooms behind openings narrower than the
// ball, however thin the wall around them. As closed_by_balls, and some 5 ns a voxel more.
Volume<std::uint8_t> sealed_by_ball(const VolumeView<const std::uint8_t>& mask,
                                    const Vector3& spacing, double radius, int threads = 1);

// The mask, and what it encloses: voxels outside it from which no way over faces leads to the
// border of the volume. Cost: some 3 ns a voxel; memory: 5 bytes a voxel.
Volume<std::uint8_t> holes_filled(const VolumeView<const std::uint8_t>& mask);

}  // namespace fossilct
