// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tests/volumes/memory_source.h"

namespace fossilct::test {

inline constexpr Vector3 test_spacing_um = {2, 2, 4};

// levels[k] is half of the one before; a voxel's value is `value_of(x, y, z)` of the full
// resolution at the first voxel of its block.
template <typename T, typename F>
std::vector<std::unique_ptr<VolumeSource>> test_levels(const Size3& size, std::int64_t count,
                                                       F&& value_of) {
  std::vector<std::unique_ptr<VolumeSource>> levels;
  const Grid grid = {size, test_spacing_um, {10, 20, 30}};
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t step = std::int64_t{1} << k;
    const Grid level = k == 0 ? grid : reduced(grid, step);
    Volume<T> volume(level.size);
    for (std::int64_t z = 0; z < level.size.z; ++z) {
      for (std::int64_t y = 0; y < level.size.y; ++y) {
        for (std::int64_t x = 0; x < level.size.x; ++x) {
          volume(x, y, z) = static_cast<T>(value_of(x * step, y * step, z * step));
        }
      }
    }
    ScanDescription description;
    description.grid = level;
    description.type = pixel_type_of<T>();
    description.levels = count;
    levels.push_back(std::make_unique<MemorySource<T>>(std::move(volume), description));
  }
  return levels;
}

}  // namespace fossilct::test
