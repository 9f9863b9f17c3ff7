// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "render/triangle_mesh.h"

namespace fossilct {

// Collapses edges of a closed 2-manifold, the one of least error first (see mesh_body), until the
// next would exceed `error_um` or `triangles` are left. The result is a 2-manifold of the same
// Euler number: an edge is collapsed only where its ends have no more common neighbours than the
// two of its triangles (the link condition: Dey, Edelsbrunner, Guha and Nekhayev 1999, Publ. Inst.
// Math. 66, 23-45), and no triangle turns over. Quadrics know planes, not where they end: points of `mesh` that
// come out farther than `error_um` from the surface (the tip of a spine) are kept, and it is done
// again. Normals are dropped. Returns the largest error of a collapse. Cost: some 5 us a triangle;
// memory 300 bytes a triangle. Private to `render`.
double reduce(TriangleMesh& mesh, double error_um, std::int64_t triangles);

}  // namespace fossilct
