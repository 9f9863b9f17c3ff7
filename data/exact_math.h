// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "volumes/vector_math.h"

// Arithmetic of the phantom that gives the same bits on every machine: only + - * / and square
// root, which IEEE 754 rounds correctly, and floor. The C library's sin, exp or pow differ between
// machines in the last bit, and one voxel that falls on the other side of a wall is another
// phantom. Nothing is contracted (cmake/CompileOptions.cmake).
namespace fossilct::phantom {

inline constexpr double pi = 3.14159265358979323846;

struct CosSin {
  double cos = 1;
  double sin = 0;
};

// Cosine and sine of an angle given in turns (1 = 360 degrees); error below 1e-12.
inline CosSin cos_sin_of_turns(double turns) {
  const double part = turns - std::floor(turns);
  const double quarter = std::floor(4 * part + 0.5);
  const double a = (part - quarter / 4) * (2 * pi);
  const double aa = a * a;
  const double s =
      a * (1 - aa / 6 * (1 - aa / 20 * (1 - aa / 42 * (1 - aa / 72 * (1 - aa / 110)))));
  const double c =
      1 - aa / 2 * (1 - aa / 12 * (1 - aa / 30 * (1 - aa / 56 * (1 - aa / 90 * (1 - aa / 132)))));
  switch (static_cast<int>(quarter) % 4) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

// Distance to the surface of an ellipsoid around the origin, negative inside: exact to first order
// near the surface and for a sphere (I. Quilez, "ellipsoid SDF": k0 (k0 - 1) / k1).
inline double distance_to_ellipsoid(const Vector3& p, const Vector3& radii) {
  const Vector3 q{p.x / radii.x, p.y / radii.y, p.z / radii.z};
  const Vector3 n{q.x / radii.x, q.y / radii.y, q.z / radii.z};
  const double k0 = length(q);
  const double k1 = length(n);
  return k1 > 0 ? k0 * (k0 - 1) / k1 : -radii.x;
}

}  // namespace fossilct::phantom
