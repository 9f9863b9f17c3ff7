// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render/triangle_mesh.h"
#include "volumes/vector_math.h"

namespace fossilct {

// Vectors of a mesh. Private to `render`.
inline Vector3 to_vector(const Point3f& p) { return {p[0], p[1], p[2]}; }
inline Point3f to_point(const Vector3& v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}
struct Corners {
  Vector3 a, b, c;
};
inline Corners corners_of(const TriangleMesh& mesh, const std::array<std::uint32_t, 3>& triangle) {
  return {to_vector(mesh.points_um[triangle[0]]), to_vector(mesh.points_um[triangle[1]]),
          to_vector(mesh.points_um[triangle[2]])};
}
// Along the outward normal, as long as twice the area.
inline Vector3 area_vector(const Corners& t) { return cross(t.b - t.a, t.c - t.a); }

}  // namespace fossilct
