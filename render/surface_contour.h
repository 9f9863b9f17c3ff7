// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

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

// A body's voxels are dark (below 127.5), all else is bright. VTK's table joins what is dark across
// the diagonal of a face, and separates what is bright there.
inline constexpr std::uint8_t dark = 0;
inline constexpr std::uint8_t bright = 255;

// The surface between them, facing the bright side: points in voxels, that of values[0] at `first`.
// Open where the body reaches the border.
TriangleMesh contour_of_values(std::vector<std::uint8_t>& values, const Size3& size,
                               const Vector3& first);

// Windowed sinc smoothing of a closed mesh's points.
void smooth(TriangleMesh& mesh, int passes, double pass_band);

}  // namespace fossilct
