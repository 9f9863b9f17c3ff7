// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "render/vector_math.h"

namespace fossilct {

// Sum of the squared distances to planes, as a function of the place (Garland and Heckbert 1997,
// section 4.1): p A p + 2 b p + c. Planes count once each, not by area, so that its root is never
// less than the distance to the farthest. Private to `render`.
class Quadric {
 public:
  Quadric() = default;
  // Of the plane through `point` with a unit normal.
  Quadric(const Vector3& normal, const Vector3& point)
      : xx_(normal.x * normal.x),
        xy_(normal.x * normal.y),
        xz_(normal.x * normal.z),
        yy_(normal.y * normal.y),
        yz_(normal.y * normal.z),
        zz_(normal.z * normal.z),
        b_(-dot(normal, point) * normal),
        c_(dot(normal, point) * dot(normal, point)) {}

  Quadric& operator+=(const Quadric& other) {
    xx_ += other.xx_;
    xy_ += other.xy_;
    xz_ += other.xz_;
    yy_ += other.yy_;
    yz_ += other.yz_;
    zz_ += other.zz_;
    b_ = b_ + other.b_;
    c_ += other.c_;
    return *this;
  }

  double at(const Vector3& p) const {
    return std::max(dot(p, times(p)) + 2 * dot(b_, p) + c_, 0.0);
  }

  // The place of the least sum; nothing where the planes leave it open (flat or nearly).
  std::optional<Vector3> lowest() const {
    const Vector3 r0{xx_, xy_, xz_};
    const Vector3 r1{xy_, yy_, yz_};
    const Vector3 r2{xz_, yz_, zz_};
    const double determinant = dot(r0, cross(r1, r2));
    const double trace = xx_ + yy_ + zz_;
    if (!(determinant > 1e-4 * trace * trace * trace / 27)) {
      return std::nullopt;
    }
    return -1 / determinant * (b_.x * cross(r1, r2) + b_.y * cross(r2, r0) + b_.z * cross(r0, r1));
  }

 private:
  Vector3 times(const Vector3& p) const {
    return {xx_ * p.x + xy_ * p.y + xz_ * p.z, xy_ * p.x + yy_ * p.y + yz_ * p.z,
            xz_ * p.x + yz_ * p.y + zz_ * p.z};
  }

  double xx_ = 0, xy_ = 0, xz_ = 0, yy_ = 0, yz_ = 0, zz_ = 0;
  Vector3 b_;
  double c_ = 0;
};

}  // namespace fossilct
