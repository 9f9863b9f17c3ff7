// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "volumes/volume.h"

namespace fossilct {

// How often each pattern of 2 x 2 x 2 voxels occurs: bit dy + 2 dz + 4 dx of the index is set where
// the voxel at that offset is not 0.
using CellCounts = std::array<double, 256>;

// Counts the cells of a body of zeros and ones that has one voxel of padding on all sides. A cell
// that takes in padding of a face in `half_faces` (-x, +x, -y, +y, -z, +z) counts half for each
// such face: only half of it lies within the extent of the voxels. Cost: about 1 ns a voxel.
CellCounts count_cells(const VolumeView<const std::uint8_t>& padded,
                       const std::array<bool, 6>& half_faces);

// Vertices - edges + faces - cubes of the union of closed voxels: components - tunnels + cavities,
// 26-connectivity for the body, 6 for the background. Exact, from cells without halves.
std::int64_t euler_number(const CellCounts& cells);

// The share of the sphere that is nearer to each of the 13 lattice directions (and its opposite)
// than to the rest, with the direction itself in lattice steps; shares sum to 1.
struct LatticeDirection {
  Index3 step;
  double length = 0;  // of the step, in the unit of the spacing
  double share = 0;
};
std::array<LatticeDirection, 13> lattice_directions(const Vector3& spacing);

// Crofton's formula over 13 directions: S = 4 sum_k share_k (chords along k) (area of a line along
// k), Ohser and Muecklich 2000, Statistical Analysis of Microstructures, ch. 3; Lehmann and Legland
// 2012, Insight Journal, eqs. 8 - 10 with shares for any spacing.
double surface_area(const CellCounts& cells, const Vector3& spacing);

}  // namespace fossilct
