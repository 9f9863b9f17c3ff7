// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "filters/components.h"
#include "volumes/volume.h"

namespace fossilct::test {

inline std::vector<Index3> neighbours(Connectivity connectivity) {
  const int most_steps = connectivity == Connectivity::faces   ? 1
                         : connectivity == Connectivity::edges ? 2
                                                               : 3;
  std::vector<Index3> steps;
  for (int z = -1; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        const int count = std::abs(x) + std::abs(y) + std::abs(z);
        if (count > 0 && count <= most_steps) {
          steps.push_back({x, y, z});
        }
      }
    }
  }
  return steps;
}

inline void grow(Component& component, const Index3& at) {
  ++component.voxels;
  Box& box = component.box;
  box.begin = {std::min(box.begin.x, at.x), std::min(box.begin.y, at.y),
               std::min(box.begin.z, at.z)};
  box.end = {std::max(box.end.x, at.x + 1), std::max(box.end.y, at.y + 1),
             std::max(box.end.z, at.z + 1)};
}

// Components by definition: from every voxel not yet reached, in raster order, all that can be
// reached over neighbours. `foreground` and `joined` say which values are, and which belong
// together.
template <typename T>
LabelledVolume flood_fill(const Volume<T>& labels, Connectivity connectivity,
                          const std::function<bool(T)>& foreground,
                          const std::function<bool(T, T)>& joined) {
  const Size3& size = labels.size();
  LabelledVolume result{{}, Volume<std::uint32_t>(size)};
  const auto steps = neighbours(connectivity);
  const auto inside = [&](const Index3& i) {
    return whole(size).contains({i, {i.x + 1, i.y + 1, i.z + 1}});
  };
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    const Index3 first = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    if (result.ids.data()[i] != 0 || !foreground(labels.data()[i])) {
      continue;
    }
    Component component{.box = {first, first}, .first = first, .value = labels.data()[i]};
    const auto id = static_cast<std::uint32_t>(result.components.size() + 1);
    std::vector<Index3> queue = {first};
    result.ids.data()[i] = id;
    while (!queue.empty()) {
      const Index3 at = queue.back();
      queue.pop_back();
      grow(component, at);
      for (const Index3& step : steps) {
        const Index3 to = {at.x + step.x, at.y + step.y, at.z + step.z};
        if (!inside(to)) {
          component.touches_border = component.touches_border ||
                                     (std::abs(step.x) + std::abs(step.y) + std::abs(step.z) == 1);
        } else if (result.ids(to.x, to.y, to.z) == 0 && foreground(labels(to.x, to.y, to.z)) &&
                   joined(labels(at.x, at.y, at.z), labels(to.x, to.y, to.z))) {
          result.ids(to.x, to.y, to.z) = id;
          queue.push_back(to);
        }
      }
    }
    result.components.push_back(component);
  }
  return result;
}

template <typename T>
LabelledVolume flood_fill(const Volume<T>& labels, const ComponentOptions& options) {
  return flood_fill<T>(
      labels, options.connectivity,
      [&](T value) {
        return options.classes.empty() ? value != 0
                                       : std::find(options.classes.begin(), options.classes.end(),
                                                   value) != options.classes.end();
      },
      [&](T a, T b) { return options.together || a == b; });
}

// Voxels 0 with the probability 1 - density, else one of `classes` values from 1 on, each voxel the
// same as the one before it half of the time.
template <typename T>
Volume<T> speckle(const Size3& size, double density, int classes, unsigned seed) {
  std::mt19937 random(seed);
  const auto uniform = [&] { return static_cast<double>(random()) * 0x1p-32; };
  Volume<T> volume(size);
  T last = 0;
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    if (uniform() < 0.5) {
      last = uniform() < density ? static_cast<T>(1 + static_cast<int>(uniform() * classes)) : T{0};
    }
    volume.data()[i] = last;
  }
  return volume;
}

}  // namespace fossilct::test
