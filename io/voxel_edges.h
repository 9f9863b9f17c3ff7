// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`.

#include "volumes/grid.h"
#include "volumes/vector_math.h"

namespace fossilct {

// Where the first voxel lies, counted in voxels along each axis of a grid whose voxel size nobody
// knows: `origin` and `spacing` are in one unit, whatever it is.
inline Vector3 in_voxel_edges(const Vector3& origin, const Matrix3& direction,
                              const Vector3& spacing) {
  const Vector3 along = transposed_times(direction, origin);
  return direction * Vector3{along.x / spacing.x, along.y / spacing.y, along.z / spacing.z};
}
inline Vector3 in_voxel_edges(const Grid& grid) {
  return in_voxel_edges(grid.origin_um, grid.direction, grid.spacing_um);
}

}  // namespace fossilct
