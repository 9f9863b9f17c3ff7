// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>

#include "volumes/grid.h"

namespace fossilct {

inline Vector3 operator+(const Vector3& a, const Vector3& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(const Vector3& a, const Vector3& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator*(double s, const Vector3& a) { return {s * a.x, s * a.y, s * a.z}; }
inline double dot(const Vector3& a, const Vector3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(const Vector3& a) { return std::sqrt(dot(a, a)); }
inline Vector3 unit(const Vector3& a) { return (1 / length(a)) * a; }
// Axis by axis.
inline Vector3 scaled(const Vector3& a, const Vector3& by) {
  return {a.x * by.x, a.y * by.y, a.z * by.z};
}
// Column k of the matrix is the direction of axis k.
inline Vector3 rotated(const Matrix3& m, const Vector3& a) {
  return {m[0] * a.x + m[1] * a.y + m[2] * a.z, m[3] * a.x + m[4] * a.y + m[5] * a.z,
          m[6] * a.x + m[7] * a.y + m[8] * a.z};
}

// Of a symmetric matrix (row-major), largest value first; the vectors are a right-handed system.
struct Eigensystem {
  std::array<double, 3> values{};
  std::array<Vector3, 3> vectors{};
};
Eigensystem eigensystem(Matrix3 symmetric);

}  // namespace fossilct
