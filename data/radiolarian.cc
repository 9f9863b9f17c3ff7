// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "data/exact_math.h"
#include "data/fossil_shapes.h"

namespace fossilct::phantom {

namespace {

// A hollow sphere whose wall is pierced by round pores on a Fibonacci lattice.
struct Lattice {
  double radius;
  double thickness;
  std::vector<Vector3> pores;
  double pore_cosine;

  Lattice(double radius_voxels, double pitch_voxels, double thickness_voxels, double openness)
      : radius(radius_voxels), thickness(thickness_voxels) {
    const double spheres = 4 * pi * radius * radius;
    const double pore_area = 0.866 * pitch_voxels * pitch_voxels;
    pores = points_on_sphere(static_cast<std::int64_t>(spheres / pore_area) + 6);
    const double pore_radians = openness * pitch_voxels / radius;
    pore_cosine = 1 - pore_radians * pore_radians / 2;
  }

  bool bar_at(const Vector3& p, double r) const {
    if (r > radius || r < radius - thickness) {
      return false;
    }
    return std::none_of(pores.begin(), pores.end(),
                        [&](const Vector3& u) { return dot(u, p) > pore_cosine * r; });
  }
};

class Radiolarian : public FossilShape {
 public:
  Radiolarian(double length, Random& random)
      : spine_length_(random.uniform(0.3, 0.5)),
        cortical_(shell(length, random)),
        medullary_(0.42 * cortical_.radius, std::max(4.5, 0.24 * cortical_.radius),
                   cortical_.thickness, 0.32),
        spine_base_(std::max(1.8, 0.11 * cortical_.radius)) {
    length_voxels = length;
    radius_voxels = length / 2 + 1;
    wall_voxels = cortical_.thickness;
    chambers = 2;
    const Matrix3 turned = random.rotation();
    for (const Vector3& u : points_on_sphere(random.integer(8, 14))) {
      spines_.push_back(unit(turned * (u + 0.25 * random.direction())));
    }
  }

  ShapePoint at(const Vector3& p) const override {
    const double r = length(p);
    if (r > cortical_.radius) {
      return {spine_at(p) ? 0 : -1, true};
    }
    const bool wall = cortical_.bar_at(p, r) || medullary_.bar_at(p, r) || beam_at(p, r);
    return {r < medullary_.radius ? 1 : 0, wall};
  }

 private:
  Lattice shell(double length, Random& random) const {
    const double radius = length / 2 / (1 + spine_length_);
    return {radius, std::max(5.2, random.uniform(0.38, 0.5) * radius), std::max(1.9, 0.1 * radius),
            random.uniform(0.33, 0.37)};
  }

  // Cones on the shell, in line with the beams that carry the inner sphere.
  bool spine_at(const Vector3& p) const {
    return std::any_of(spines_.begin(), spines_.end(), [&](const Vector3& u) {
      const double along = dot(u, p);
      const double outside = (along - cortical_.radius) / (spine_length_ * cortical_.radius);
      const double thick = std::max(0.9, spine_base_ * (1 - outside));
      return along > 0 && outside < 1 && dot(p, p) - along * along < thick * thick;
    });
  }
  bool beam_at(const Vector3& p, double r) const {
    return r > medullary_.radius &&
           std::any_of(spines_.begin(), spines_.end(), [&](const Vector3& u) {
             const double along = dot(u, p);
             return along > 0 && dot(p, p) - along * along < 1.1;
           });
  }

  double spine_length_;  // in radii of the cortical shell
  Lattice cortical_;
  Lattice medullary_;
  double spine_base_;
  std::vector<Vector3> spines_;
};

}  // namespace

std::unique_ptr<FossilShape> make_radiolarian(double length_voxels, Random& random) {
  return std::make_unique<Radiolarian>(length_voxels, random);
}

}  // namespace fossilct::phantom
