// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "volumes/grid.h"

namespace fossilct::phantom {

// A smooth random field over space: random values in [-1, 1] on a cubic lattice of `scale` voxels,
// blended with 3t^2 - 2t^3. Mean 0, standard deviation about 0.3.
class ValueNoise {
 public:
  ValueNoise(std::uint64_t seed, double scale) : seed_(seed), inverse_scale_(1 / scale) {}
  double at(const Vector3& p) const;
  // out[x] += amplitude * at({x, y, z}) for x = 0 ... ; a few ns a voxel.
  void add_row(double y, double z, float amplitude, std::span<float> out) const;

 private:
  double node(std::int64_t i, std::int64_t j, std::int64_t k) const;

  std::uint64_t seed_;
  double inverse_scale_;
};

}  // namespace fossilct::phantom
