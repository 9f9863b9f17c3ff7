// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "volumes/percentiles.h"
#include "volumes/statistics.h"

namespace fossilct {

// How StatisticsAccumulator counts: one implementation for 8 and 16 bit types (every value has its
// own count) and one for wider types (bins whose width follows the range). Private to `volumes`.
class StatisticsAccumulator::Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  virtual ~Counter() = default;

  virtual void add(const AnyConstView& view) = 0;
  virtual void merge(const Counter& other) = 0;  // `other` counts the same pixel type
  virtual VolumeStatistics result() const = 0;
};

std::unique_ptr<StatisticsAccumulator::Counter> make_exact_counter(PixelType type);
std::unique_ptr<StatisticsAccumulator::Counter> make_range_counter(PixelType type);

inline constexpr std::int64_t reported_bins = 256;

// Place of a percentile among `count` sorted voxels: the first that has `percent` of them below it.
inline std::int64_t rank_of(double percent, std::int64_t count) {
  const auto rank = static_cast<std::int64_t>(percent / 100 * static_cast<double>(count));
  return rank < count ? rank : count - 1;
}

// Calls f(row, length) for the rows of `view`, or once for all voxels where they lie together.
template <typename T, typename F>
void for_each_run(const VolumeView<const T>& view, F&& f) {
  const Size3& size = view.size();
  if (view.contiguous()) {
    f(view.data(), voxel_count(size));
    return;
  }
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      f(view.row(y, z), size.x);
    }
  }
}

}  // namespace fossilct
