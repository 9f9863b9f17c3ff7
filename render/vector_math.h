// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "render/triangle_mesh.h"

namespace fossilct {

// Arithmetic of Vector3. Private to `render`.
inline Vector3 to_vector(const Point3f& p) { return {p[0], p[1], p[2]}; }
inline Point3f to_point(const Vector3& v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}
inline Vector3 operator+(const Vector3& a, const Vector3& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator*(double s, const Vector3& v) { return {s * v.x, s * v.y, s * v.z}; }
inline double dot(const Vector3& a, const Vector3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(const Vector3& v) { return std::sqrt(dot(v, v)); }

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
