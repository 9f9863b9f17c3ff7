// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/mesh.h"

namespace fossilct {

// The contour of mesh_body in index coordinates, minus the index of the mask's middle voxel
// `middle` (points stay small); origin_um and normals are left out. Outward as long as the grid's
// direction is right-handed. Private to `render`.
struct IndexContour {
  TriangleMesh mesh;
  Vector3 middle;
  std::int64_t voxels = 0;  // inside
};
IndexContour contour_of(const MeshInput& input);

// Windowed sinc smoothing of a closed mesh's points.
void smooth(TriangleMesh& mesh, int passes, double pass_band);

}  // namespace fossilct
