// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "render/triangle_mesh.h"

namespace fossilct {

// What a mesh is, found from its triangles alone.
struct MeshCheck {
  std::int64_t points = 0;
  std::int64_t triangles = 0;
  bool watertight = false;    // every edge belongs to two triangles that run along it opposite ways
  bool two_manifold = false;  // watertight, and the triangles around each point make one fan
  bool outward = false;       // the enclosed volume is positive
  std::int64_t shells = 0;    // pieces that no edge joins
  std::int64_t euler_number = 0;  // points - edges + triangles: the sum over shells of 2 - 2 genus
  double volume_um3 = 0;
  double area_um2 = 0;

  bool sound() const { return two_manifold && outward; }
  // "", or what is wrong, for a person: "3 edges are not shared by two triangles".
  std::string fault;
};

// Combinatorial: points at one place count as different ones. Points that no triangle uses count as
// a fault. Cost: some 100 ns a triangle; memory 50 bytes a triangle.
MeshCheck check_mesh(const TriangleMesh& mesh);

}  // namespace fossilct
