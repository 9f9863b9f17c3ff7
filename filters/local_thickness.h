// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "volumes/volume.h"

namespace fossilct {

// How thick the mask (not 0) is at each of its voxels: the diameter of the largest ball that holds
// the voxel and lies within the mask, in the unit of `spacing`; 0 outside the mask. Hildebrand and
// Rueegsegger 1997, Journal of Microscopy 185, 67-75, eq. 1. Balls are centred on voxels; beyond
// the volume nothing is known, and a ball may reach there. Exact among such balls.
//
// Voxels stand for their centres, so that a ball of radius r to the nearest centre outside is too
// wide by up to a voxel: `local_thickness_excess` voxel edges (the geometric mean of the three) are
// taken off each diameter. What is left of the error depends on how a body lies to the grid: plates
// of n voxels across an axis come out at n + 0.5 (odd n) or n - 0.5 (even n), oblique ones within
// some 0.4 voxels (docs/accuracy.md).
//
// Cost: a distance transform and, for shells some voxels thick, some 100 ns a voxel of the mask;
// for solid bodies it grows with the ball's volume over that of a voxel's neighbourhood. Memory: 16
// bytes a voxel.
inline constexpr double local_thickness_excess = 0.5;
Volume<float> local_thickness(const VolumeView<const std::uint8_t>& mask, const Vector3& spacing);

}  // namespace fossilct
