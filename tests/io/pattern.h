// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "volumes/any_view.h"
#include "volumes/volume_sink.h"

namespace fossilct::test {

// A value that tells each voxel from its neighbours and uses all bytes of the type; the Python test
// computes the same from the formula.
constexpr std::uint32_t pattern_bits(std::int64_t x, std::int64_t y, std::int64_t z) {
  return static_cast<std::uint32_t>(x * 7919 + y * 104729 + z * 1299709) * 2654435761U;
}

template <typename T>
T pattern(std::int64_t x, std::int64_t y, std::int64_t z) {
  const std::uint32_t bits = pattern_bits(x, y, z);
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(static_cast<std::int32_t>(bits)) / static_cast<T>(4096);
  } else {
    return static_cast<T>(bits >> (32 - 8 * sizeof(T)));
  }
}

inline AnyVolume pattern_volume(PixelType type, const Size3& size) {
  AnyVolume volume(type, size);
  dispatch(type, [&]<typename T>(std::type_identity<T>) {
    const VolumeView<T> view = volume.view().as<T>();
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        for (std::int64_t x = 0; x < size.x; ++x) {
          view(x, y, z) = pattern<T>(x, y, z);
        }
      }
    }
  });
  return volume;
}

inline bool same_voxels(const AnyConstView& a, const AnyConstView& b) {
  if (a.size() != b.size() || a.type() != b.type()) {
    return false;
  }
  for (std::int64_t z = 0; z < a.size().z; ++z) {
    for (std::int64_t y = 0; y < a.size().y; ++y) {
      if (!std::equal(a.row(y, z), a.row(y, z) + a.row_bytes(), b.row(y, z))) {
        return false;
      }
    }
  }
  return true;
}

inline void write_in_slabs(VolumeSink& sink, const AnyConstView& volume, std::int64_t depth) {
  for (std::int64_t z = 0; z < volume.size().z; z += depth) {
    sink.write(volume.part(slab(volume.size(), z, std::min(z + depth, volume.size().z))));
  }
}

}  // namespace fossilct::test
