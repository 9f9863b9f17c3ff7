// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "volumes/grid.h"

// Arithmetic of Vector3 and Matrix3. Only operations that IEEE 754 rounds correctly: the phantom's
// bits rest on that.
namespace fossilct {

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
inline Vector3 unit(const Vector3& v) { return (1 / length(v)) * v; }
// Axis by axis.
inline Vector3 scaled(const Vector3& v, const Vector3& by) {
  return {v.x * by.x, v.y * by.y, v.z * by.z};
}
inline Vector3 operator*(const Matrix3& m, const Vector3& v) {
  return {m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
          m[6] * v.x + m[7] * v.y + m[8] * v.z};
}
// The inverse of an orthonormal matrix, times the vector.
inline Vector3 transposed_times(const Matrix3& m, const Vector3& v) {
  return {m[0] * v.x + m[3] * v.y + m[6] * v.z, m[1] * v.x + m[4] * v.y + m[7] * v.z,
          m[2] * v.x + m[5] * v.y + m[8] * v.z};
}

}  // namespace fossilct
