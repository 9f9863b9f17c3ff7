// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "specimens/body_crop.h"

namespace fossilct::test {

// A crop of `edge`^3 voxels; body where inside(p) for a voxel's centre p, from the crop's middle,
// in the unit of the spacing.
template <typename Inside>
BodyCrop body(std::int64_t edge, const Vector3& spacing, const Inside& inside) {
  BodyCrop crop;
  crop.grid.size = {edge, edge, edge};
  crop.grid.spacing_um = spacing;
  crop.mask = Volume<std::uint8_t>(crop.grid.size);
  const double c = static_cast<double>(edge - 1) / 2;
  for (std::int64_t z = 0; z < edge; ++z) {
    for (std::int64_t y = 0; y < edge; ++y) {
      for (std::int64_t x = 0; x < edge; ++x) {
        const Vector3 p{(static_cast<double>(x) - c) * spacing.x,
                        (static_cast<double>(y) - c) * spacing.y,
                        (static_cast<double>(z) - c) * spacing.z};
        crop.mask(x, y, z) = inside(p) ? mask_body : 0;
      }
    }
  }
  return crop;
}

inline auto sphere(double radius, const Vector3& centre = {}) {
  return [=](const Vector3& p) {
    return std::hypot(p.x - centre.x, p.y - centre.y, p.z - centre.z) < radius;
  };
}

// Voxels [begin, begin + size) of a crop with 2 voxels around.
inline BodyCrop cuboid(const Size3& size, const Vector3& spacing) {
  BodyCrop crop;
  crop.grid.size = {size.x + 4, size.y + 4, size.z + 4};
  crop.grid.spacing_um = spacing;
  crop.mask = Volume<std::uint8_t>(crop.grid.size);
  for (std::int64_t z = 2; z < size.z + 2; ++z) {
    for (std::int64_t y = 2; y < size.y + 2; ++y) {
      for (std::int64_t x = 2; x < size.x + 2; ++x) {
        crop.mask(x, y, z) = mask_body;
      }
    }
  }
  return crop;
}

}  // namespace fossilct::test
