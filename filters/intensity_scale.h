// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/progress.h"
#include "volumes/statistics.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What brings the intensities of different scans together: (v - centre) / deviation.
struct IntensityScale {
  double centre = 0;
  double deviation = 1;
  // Whether voxels below `air_threshold`, the air around the core and in its pores, were left out.
  bool without_air = false;
  double air_threshold = 0;
  double air = 0;  // the median of those voxels

  bool operator==(const IntensityScale&) const = default;
};
Json to_json(const IntensityScale& scale);
IntensityScale intensity_scale_from_json(const Json& json);  // throws Error{format}

// A histogram of `bins` bins over [low, high] of at most `most_slices` slices spread evenly along
// z; values outside fall into the first and last bin, NaN and infinities are not counted. The same for any machine.
// Memory: a slice. Throws what the source throws.
Histogram sampled_histogram(VolumeSource& source, double low, double high, int bins,
                            std::int64_t most_slices, Progress& progress);

// The description's statistics, or those of the slices that sampled_histogram would read.
VolumeStatistics sampled_statistics(VolumeSource& source, Progress& progress);

// 4,096 bins between the 0.1 and 99.9 percentiles of sampled_statistics, of the same slices;
// without counts where they are one value, or there is none.
Histogram histogram_of_scan(VolumeSource& source, Progress& progress);

// Median and robust standard deviation (half the distance of the 15.9 and 84.1 percentiles) of the
// rock. How much air surrounds a core differs from scan to scan and would move the percentiles of
// the whole: where Otsu's threshold separates two distinct classes (separability of at least 0.75,
// the darker one with 2% to 90% of the voxels), only voxels above it count. A histogram without two
// different values gives deviation 1.
IntensityScale intensity_scale(const Histogram& histogram);

// The same of histogram_of_scan.
IntensityScale intensity_scale(VolumeSource& source, Progress& progress);

}  // namespace fossilct
