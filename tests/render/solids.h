// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <random>

#include "volumes/volume.h"

namespace fossilct::test {

// 1 where `inside` of a voxel's place relative to the volume's middle, in um, is true.
inline Volume<std::uint8_t> solid(const Grid& grid,
                                  const std::function<bool(const Vector3&)>& inside) {
  Volume<std::uint8_t> mask(grid.size);
  const Vector3 middle{static_cast<double>(grid.size.x - 1) / 2,
                       static_cast<double>(grid.size.y - 1) / 2,
                       static_cast<double>(grid.size.z - 1) / 2};
  for (std::int64_t z = 0; z < grid.size.z; ++z) {
    for (std::int64_t y = 0; y < grid.size.y; ++y) {
      for (std::int64_t x = 0; x < grid.size.x; ++x) {
        const Vector3 p{(static_cast<double>(x) - middle.x) * grid.spacing_um.x,
                        (static_cast<double>(y) - middle.y) * grid.spacing_um.y,
                        (static_cast<double>(z) - middle.z) * grid.spacing_um.z};
        mask(x, y, z) = inside(p) ? 1 : 0;
      }
    }
  }
  return mask;
}

inline auto ball(double radius_um) {
  return [radius_um](const Vector3& p) {
    return p.x * p.x + p.y * p.y + p.z * p.z < radius_um * radius_um;
  };
}

inline auto ellipsoid(double a, double b, double c) {
  return [a, b, c](const Vector3& p) {
    return p.x * p.x / (a * a) + p.y * p.y / (b * b) + p.z * p.z / (c * c) < 1;
  };
}

// Around z.
inline auto torus(double ring, double tube) {
  return [ring, tube](const Vector3& p) {
    return std::hypot(std::hypot(p.x, p.y) - ring, p.z) < tube;
  };
}

// An egg of 26 x 14 x 9, its thin end up z, with a knob beside it; `inset` shrinks both.
inline bool egg_with_knob(const Vector3& p, double inset) {
  const double width = 1 - 0.012 * p.z;
  const double a = 14 * width - inset;
  const double b = 9 * width - inset;
  const double c = 26 - inset;
  const double egg = p.x * p.x / (a * a) + p.y * p.y / (b * b) + p.z * p.z / (c * c);
  return egg < 1 || std::hypot(p.x - 11, p.y - 4, p.z + 10) < 6 - inset;
}

inline Grid cube_grid(std::int64_t edge, double spacing_um = 1) {
  Grid grid;
  grid.size = {edge, edge, edge};
  grid.spacing_um = {spacing_um, spacing_um, spacing_um};
  return grid;
}

// Each voxel 1 with the given chance.
inline Volume<std::uint8_t> random_mask(const Size3& size, double chance, std::uint32_t seed) {
  std::mt19937 random(seed);
  Volume<std::uint8_t> mask(size);
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    mask.data()[i] = static_cast<double>(random()) < chance * 4294967296.0 ? 1 : 0;
  }
  return mask;
}

}  // namespace fossilct::test
