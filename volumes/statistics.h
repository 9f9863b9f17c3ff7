// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/json.h"
#include "volumes/any_view.h"
#include "volumes/pixel_type.h"

namespace fossilct {

// Bins of equal width over [low, high); voxel v of an integer type falls in the bin of [v, v + 1).
struct Histogram {
  double low = 0;
  double high = 0;
  std::vector<std::int64_t> counts;

  double bin_width() const { return (high - low) / static_cast<double>(counts.size()); }
};

// Of all finite voxels; NaN and infinite ones are only counted.
struct VolumeStatistics {
  std::int64_t finite_count = 0;
  std::int64_t nan_count = 0;
  std::int64_t infinite_count = 0;
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double deviation = 0;  // population standard deviation
  // At most 256 bins that cover minimum to maximum, of a whole number of values for integer types.
  Histogram histogram;

  // Values below which 0.1, 0.5, 1, 5, 25, 50, 75, 95, 99, 99.5 and 99.9 percent of the voxels lie.
  // Exact for 8 and 16 bit; for wider types within 1/65536 of the range.
  struct Percentile {
    double percent = 0;
    double value = 0;
  };
  std::vector<Percentile> percentiles;

  // The stored percentile nearest to `percent`; 0 where the volume has no finite voxel.
  double percentile(double percent) const;
};

Json to_json(const Histogram& histogram);
Histogram histogram_from_json(const Json& json);  // throws Error{format}

Json to_json(const VolumeStatistics& statistics);
VolumeStatistics statistics_from_json(const Json& json);  // throws Error{format}

// Gathers VolumeStatistics slab by slab in one pass. 8 and 16 bit types count every value; wider
// ones use 131,072 bins whose width doubles when a value falls outside, over any range of double.
// Memory: 1 MB a thread. The result does not depend on the slabs, nor on threads, but for the last
// digits of mean and deviation of wider types. Not safe for calls from several threads at once:
// give each its own and merge().
class StatisticsAccumulator {
 public:
  explicit StatisticsAccumulator(PixelType type);
  ~StatisticsAccumulator();
  void add(const AnyConstView& view);
  // Adds all that `other` (of the same type) has counted.
  void merge(const StatisticsAccumulator& other);
  VolumeStatistics result() const;

  class Counter;

 private:
  std::unique_ptr<Counter> counter_;
};

}  // namespace fossilct
