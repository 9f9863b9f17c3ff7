// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/triangle_mesh.h"

namespace fossilct {

// Collapses edges of a closed 2-manifold (see mesh_body) until a collapse would exceed `error_um`,
// or `triangles` are left. Points keep their places; unused ones are dropped. Normals are dropped.
// Returns the error as stated by the reduction; 0, and the mesh as it was, where none of the
// attempts was a manifold of the same Euler number. Private to `render`.
double reduce(TriangleMesh& mesh, double error_um, std::int64_t triangles);

}  // namespace fossilct
