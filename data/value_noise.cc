// SPDX-License-Identifier: Apache-2.0
#include "data/value_noise.h"

#include <cmath>

#include "data/random.h"

namespace fossilct::phantom {

namespace {

struct LatticePlace {
  LatticePlace(double coordinate, double inverse_scale) {
    const double u = coordinate * inverse_scale;
    const double below = std::floor(u);
    const double t = u - below;
    index = static_cast<std::int64_t>(below);
    weight = t * t * (3 - 2 * t);
  }
  std::int64_t index;
  double weight;
};

double blend(double a, double b, double weight) { return a + (b - a) * weight; }

}  // namespace

double ValueNoise::node(std::int64_t i, std::int64_t j, std::int64_t k) const {
  return 2 * unit_interval(hash(seed_, i, j, k)) - 1;
}

double ValueNoise::at(const Vector3& p) const {
  const LatticePlace x(p.x, inverse_scale_);
  const LatticePlace y(p.y, inverse_scale_);
  const LatticePlace z(p.z, inverse_scale_);
  const auto line = [&](std::int64_t j, std::int64_t k) {
    return blend(node(x.index, j, k), node(x.index + 1, j, k), x.weight);
  };
  return blend(blend(line(y.index, z.index), line(y.index + 1, z.index), y.weight),
               blend(line(y.index, z.index + 1), line(y.index + 1, z.index + 1), y.weight),
               z.weight);
}

void ValueNoise::add_row(double y_voxel, double z_voxel, float amplitude,
                         std::span<float> out) const {
  const LatticePlace y(y_voxel, inverse_scale_);
  const LatticePlace z(z_voxel, inverse_scale_);
  const auto column = [&](std::int64_t i) {
    return blend(blend(node(i, y.index, z.index), node(i, y.index + 1, z.index), y.weight),
                 blend(node(i, y.index, z.index + 1), node(i, y.index + 1, z.index + 1), y.weight),
                 z.weight);
  };
  std::int64_t cell = 0;
  double left = column(0);
  double right = column(1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const LatticePlace x(static_cast<double>(i), inverse_scale_);
    if (x.index != cell) {
      left = x.index == cell + 1 ? right : column(x.index);
      right = column(x.index + 1);
      cell = x.index;
    }
    out[i] += amplitude * static_cast<float>(blend(left, right, x.weight));
  }
}

}  // namespace fossilct::phantom
