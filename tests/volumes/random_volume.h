// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

#include "volumes/volume.h"

namespace fossilct::test {

// Values over the whole range of an integer type, -100..100 for floats.
template <typename T>
T random_value(std::mt19937& random) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(random());
  } else {
    return static_cast<T>(random()) / static_cast<T>(std::numeric_limits<std::uint32_t>::max()) *
               T{200} -
           T{100};
  }
}

template <typename T>
Volume<T> random_volume(const Size3& size, unsigned seed) {
  std::mt19937 random(seed);
  Volume<T> volume(size);
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    volume.data()[i] = random_value<T>(random);
  }
  return volume;
}

}  // namespace fossilct::test
