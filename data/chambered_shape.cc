// SPDX-License-Identifier: Apache-2.0
#include "data/chambered_shape.h"

#include <algorithm>

namespace fossilct::phantom {

namespace {

// How far the chamber reaches along the unit vector `u`, from the origin.
double support(const Chamber& c, const Vector3& u) {
  const Vector3 local = transposed_times(c.axes, u);
  return dot(c.centre, u) + length({local.x * c.radii.x, local.y * c.radii.y, local.z * c.radii.z});
}

double support(const std::vector<Chamber>& chambers, const Vector3& u) {
  double farthest = support(chambers.front(), u);
  for (const Chamber& c : chambers) {
    farthest = std::max(farthest, support(c, u));
  }
  return farthest;
}

double middle(const std::vector<Chamber>& chambers, const Vector3& u) {
  return (support(chambers, u) - support(chambers, -1 * u)) / 2;
}

}  // namespace

ChamberedShape::ChamberedShape(std::vector<Chamber> grown, double length, double wall_share)
    : chambers_(std::move(grown)) {
  centre_and_scale(length);
  thicken(wall_share);
  length_voxels = length;
  wall_voxels = walls_.back();
  chambers = static_cast<int>(chambers_.size());
}

void ChamberedShape::centre_and_scale(double wanted_length) {
  double longest = 0;
  for (const Vector3& u : points_on_sphere(400)) {
    longest = std::max(longest, support(chambers_, u) + support(chambers_, -1 * u));
  }
  const Vector3 origin{middle(chambers_, {1, 0, 0}), middle(chambers_, {0, 1, 0}),
                       middle(chambers_, {0, 0, 1})};
  const double scale = wanted_length / longest;
  for (Chamber& c : chambers_) {
    c.centre = scale * (c.centre - origin);
    c.foramen = scale * (c.foramen - origin);
    c.radii = scale * c.radii;
    c.foramen_radius *= scale;
    c.bend /= scale;
  }
}

void ChamberedShape::thicken(double wall_share) {
  for (const Chamber& c : chambers_) {
    const double smallest = std::min({c.radii.x, c.radii.y, c.radii.z});
    const double reach =
        std::max({c.radii.x, c.radii.y, c.radii.z}) + c.bend * c.radii.z * c.radii.z;
    walls_.push_back(std::max(thinnest_wall_voxels, wall_share * smallest));
    reach_squared_.push_back(reach * reach);
    radius_voxels = std::max(radius_voxels, length(c.centre) + reach);
  }
}

ShapePoint ChamberedShape::at(const Vector3& p) const {
  for (std::size_t i = 0; i < chambers_.size(); ++i) {
    const Chamber& c = chambers_[i];
    const Vector3 d = p - c.centre;
    if (dot(d, d) > reach_squared_[i]) {
      continue;
    }
    Vector3 local = transposed_times(c.axes, d);
    local.x += c.bend * local.z * local.z;
    const double distance = distance_to_ellipsoid(local, c.radii);
    if (distance <= 0) {
      const Vector3 from_foramen = p - c.foramen;
      const bool open = dot(from_foramen, from_foramen) < c.foramen_radius * c.foramen_radius;
      return {static_cast<int>(i), distance > -walls_[i] && !open};
    }
  }
  return {};
}

}  // namespace fossilct::phantom
