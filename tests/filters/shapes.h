// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "volumes/volume.h"

namespace fossilct::test {

// 1 where is_in(x, y, z), in units of the spacing from the centre of the first voxel.
template <typename Inside>
Volume<std::uint8_t> mask_where(const Size3& size, const Vector3& spacing, Inside&& is_in) {
  Volume<std::uint8_t> mask(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        const Vector3 p{static_cast<double>(x) * spacing.x, static_cast<double>(y) * spacing.y,
                        static_cast<double>(z) * spacing.z};
        mask(x, y, z) = is_in(p) ? 1 : 0;
      }
    }
  }
  return mask;
}

inline double squared_distance(const Vector3& a, const Vector3& b) {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) + (a.z - b.z) * (a.z - b.z);
}

struct Ball {
  Vector3 centre;
  double radius = 0;
  bool contains(const Vector3& p) const { return squared_distance(p, centre) <= radius * radius; }
};

inline std::int64_t count_inside(const Volume<std::uint8_t>& mask) {
  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < voxel_count(mask.size()); ++i) {
    inside += mask.data()[i] != 0 ? 1 : 0;
  }
  return inside;
}

inline bool equal(const Volume<std::uint8_t>& a, const Volume<std::uint8_t>& b) {
  return a.size() == b.size() && std::equal(a.data(), a.data() + voxel_count(a.size()), b.data());
}

}  // namespace fossilct::test
