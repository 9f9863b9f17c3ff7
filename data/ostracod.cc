// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "data/exact_math.h"
#include "data/fossil_shapes.h"
#include "data/value_noise.h"

namespace fossilct::phantom {

namespace {

// 1 at 0, falling to 0.5 at `width`, smooth.
double bump(double distance, double width) {
  return 1 / (1 + distance * distance / (width * width));
}

// x forwards, y dorsal, z to the right. Bean outline: an ellipsoid bent about the ventral margin,
// blunter in front. The left valve is larger and laps over the right one below; the valves are
// parted by a slit along the free margin and joined by the hinge above.
class Ostracod : public FossilShape {
 public:
  Ostracod(double length, Random& random)
      : half_(length / 2),
        height_(random.uniform(0.52, 0.62) * half_),
        width_(random.uniform(0.38, 0.48) * half_),
        bend_(random.uniform(0.14, 0.24) / half_),
        taper_(random.uniform(0.1, 0.2) / half_),
        sulcus_(random.uniform(0.03, 0.08) * half_),
        relief_(random.uniform(0.01, 0.035) * half_),
        ornament_(random.bits(), 0.16 * half_) {
    length_voxels = length;
    radius_voxels = 1.15 * half_;
    wall_voxels = std::max(1.9, 0.08 * half_);
  }

  ShapePoint at(const Vector3& p) const override {
    const double y = p.y + bend_ * p.x * p.x - 0.08 * half_;
    const double height = height_ * (1 + taper_ * p.x);
    const double seam = y < 0 ? 0.09 * half_ : 0;
    const double size = p.z > seam ? 0.93 : 1;
    const double outer =
        distance_to_ellipsoid({p.x, y, p.z}, {size * half_, size * height, size * width_}) +
        surface(p, y);
    if (outer > 0) {
      return {};
    }
    const double margin = bump(p.z - seam, 0.07 * half_);
    const bool wall = outer > -wall_voxels * (1 + 0.8 * margin);
    const bool hinge = y > 0.55 * height && std::abs(p.x) < 0.62 * half_;
    const bool slit = std::abs(p.z - seam) < 0.6 && !hinge;
    return {0, wall && !slit};
  }

 private:
  // Sulcus behind the middle, and a fine reticulation.
  double surface(const Vector3& p, double y) const {
    const double groove = bump(p.x + 0.1 * half_, 0.12 * half_) *
                          bump(y - 0.35 * height_, 0.35 * height_) *
                          std::min(1.0, std::abs(p.z) / (0.5 * width_));
    return sulcus_ * groove + relief_ * ornament_.at(p);
  }

  double half_;
  double height_;
  double width_;
  double bend_;
  double taper_;
  double sulcus_;
  double relief_;
  ValueNoise ornament_;
};

}  // namespace

std::unique_ptr<FossilShape> make_ostracod(double length_voxels, Random& random) {
  return std::make_unique<Ostracod>(length_voxels, random);
}

}  // namespace fossilct::phantom
