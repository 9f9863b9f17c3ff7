// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/pose.h"
#include "render/triangle_mesh.h"

namespace fossilct {

// A solid cut by a plane: the surface behind it, and the cut through the solid itself. Both have
// the mesh's origin. Private to `render`.
struct CutSolid {
  TriangleMesh surface;  // open along the plane
  TriangleMesh face;     // in the plane; normals towards the viewer
};
// Takes away what lies before the plane through the pose's centre, towards its viewer.
CutSolid cut_open(const TriangleMesh& mesh, const Pose& pose);

// Length of the outline that this plane cuts out of the mesh, in um.
double outline_length_um(const TriangleMesh& mesh, const Pose& pose);

}  // namespace fossilct
