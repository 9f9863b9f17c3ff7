// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "data/exact_math.h"
#include "data/fossil_shapes.h"

namespace fossilct::phantom {

namespace {

// A box and its lid: two round valves, perforated by areolae in hexagonal rows, each with a girdle
// band; the lid's band (epicingulum) laps over the other. z is the pervalvar axis.
class Diatom : public FossilShape {
 public:
  Diatom(double length, Random& random)
      : radius_(length / 2),
        half_height_(random.uniform(0.3, 0.48) * radius_),
        dome_(random.uniform(0.02, 0.14) * radius_),
        pitch_(std::max(4.6, random.uniform(0.19, 0.25) * radius_)),
        pore_(0.33 * pitch_) {
    length_voxels = length;
    radius_voxels = std::sqrt(radius_ * radius_ + half_height_ * half_height_) + 1;
    wall_voxels = std::max(1.8, 0.07 * radius_);
  }

  ShapePoint at(const Vector3& p) const override {
    const double r = std::sqrt(p.x * p.x + p.y * p.y);
    const double share = r / radius_;
    const double face = half_height_ - dome_ * share * share;
    const bool lid = p.z > -0.25 * half_height_;
    const double rim = lid ? radius_ : radius_ - wall_voxels;
    if (r > rim || std::abs(p.z) > face) {
      return {};
    }
    const bool girdle = r > rim - wall_voxels ||
                        (p.z < 0.15 * half_height_ && p.z > -face && r > radius_ - 2 * wall_voxels);
    const bool valve = std::abs(p.z) > face - wall_voxels && !areola_at(p.x, p.y, share);
    return {0, girdle || valve};
  }

 private:
  // The middle and the margin are hyaline.
  bool areola_at(double x, double y, double share) const {
    if (share < 0.1 || share > 0.9) {
      return false;
    }
    const double row = std::floor(y / (0.866 * pitch_) + 0.5);
    for (double j = row - 1; j <= row + 1; ++j) {
      const double shift = j / 2 - std::floor(j / 2);
      const double column = std::floor(x / pitch_ - shift + 0.5);
      const double dx = x - (column + shift) * pitch_;
      const double dy = y - j * 0.866 * pitch_;
      if (dx * dx + dy * dy < pore_ * pore_) {
        return true;
      }
    }
    return false;
  }

  double radius_;
  double half_height_;
  double dome_;
  double pitch_;
  double pore_;
};

}  // namespace

std::unique_ptr<FossilShape> make_diatom(double length_voxels, Random& random) {
  return std::make_unique<Diatom>(length_voxels, random);
}

}  // namespace fossilct::phantom
