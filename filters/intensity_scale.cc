// SPDX-License-Identifier: Apache-2.0
#include "filters/intensity_scale.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "filters/otsu.h"

namespace fossilct {
namespace {

constexpr double least_separability = 0.75;
constexpr double least_air = 0.02;
constexpr double most_air = 0.90;
constexpr int bins_of_a_scan = 4096;
constexpr std::int64_t slices_of_a_scan = 64;
constexpr double share_of_one_deviation = 0.158655;  // of a Gaussian, below mean - deviation

// The value below which `share` of the counts of bins [first, end) lie, linear within a bin.
double quantile(const Histogram& histogram, std::size_t first, std::size_t end, double share) {
  double total = 0;
  for (std::size_t bin = first; bin < end; ++bin) {
    total += static_cast<double>(histogram.counts[bin]);
  }
  double below = 0;
  for (std::size_t bin = first; bin < end; ++bin) {
    const auto count = static_cast<double>(histogram.counts[bin]);
    if (count > 0 && below + count >= share * total) {
      const double within = (share * total - below) / count;
      return histogram.low + (static_cast<double>(bin) + within) * histogram.bin_width();
    }
    below += count;
  }
  return histogram.high;
}

bool shows_air(const OtsuSplit& split) {
  return split.separability >= least_separability && split.darker_share >= least_air &&
         split.darker_share <= most_air;
}

// Which bin a value lies in; those outside in the first and the last.
class BinOf {
 public:
  explicit BinOf(const Histogram& histogram)
      : low_(histogram.low),
        bins_a_unit_(static_cast<double>(histogram.counts.size()) /
                     (histogram.high - histogram.low)),
        last_(static_cast<double>(histogram.counts.size() - 1)) {}
  std::size_t operator()(double value) const {
    return static_cast<std::size_t>(std::clamp((value - low_) * bins_a_unit_, 0.0, last_));
  }

 private:
  double low_, bins_a_unit_, last_;
};

// Calls use(view) with slices spread evenly along z.
template <typename Use>
void for_sampled_slices(VolumeSource& source, std::int64_t most_slices, Progress& progress,
                        Use&& use) {
  const std::int64_t depth = source.grid().size.z;
  const std::int64_t count = std::min(depth, most_slices);
  progress.begin("intensities", count, WorkUnit::slices);
  for (std::int64_t i = 0; i < count; ++i) {
    progress.check();
    const std::int64_t z = (2 * i + 1) * depth / (2 * count);
    const AnyVolume slice = source.read(slab(source.grid().size, z, z + 1));
    use(slice.view());
    progress.advance(1);
  }
  progress.end();
}

template <typename T>
void count_voxels(const VolumeView<const T>& view, Histogram& histogram) {
  const BinOf bin_of(histogram);
  for (std::int64_t z = 0; z < view.size().z; ++z) {
    for (std::int64_t y = 0; y < view.size().y; ++y) {
      const T* row = view.row(y, z);
      for (std::int64_t x = 0; x < view.size().x; ++x) {
        const auto value = static_cast<double>(row[x]);
        if (std::isfinite(value)) {
          ++histogram.counts[bin_of(value)];
        }
      }
    }
  }
}

}  // namespace

Json to_json(const IntensityScale& scale) {
  return {{"centre", scale.centre},
          {"deviation", scale.deviation},
          {"without_air", scale.without_air},
          {"air_threshold", scale.air_threshold},
          {"air", scale.air}};
}

IntensityScale intensity_scale_from_json(const Json& json) {
  try {
    IntensityScale scale;
    json.at("centre").get_to(scale.centre);
    json.at("deviation").get_to(scale.deviation);
    json.at("without_air").get_to(scale.without_air);
    json.at("air_threshold").get_to(scale.air_threshold);
    json.at("air").get_to(scale.air);
    if (!std::isfinite(scale.centre) || !std::isfinite(scale.deviation) || scale.deviation <= 0) {
      throw Error(ErrorKind::format,
                  "intensity scale: centre and deviation must be finite, the deviation above 0");
    }
    return scale;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::format, std::string("intensity scale: ") + error.what());
  }
}

Histogram sampled_histogram(VolumeSource& source, double low, double high, int bins,
                            std::int64_t most_slices, Progress& progress) {
  Histogram histogram{low, high, std::vector<std::int64_t>(static_cast<std::size_t>(bins))};
  for_sampled_slices(source, most_slices, progress, [&](const AnyConstView& view) {
    dispatch(view.type(), [&]<typename T>(std::type_identity<T>) {
      count_voxels<T>(view.template as<T>(), histogram);
    });
  });
  return histogram;
}

VolumeStatistics sampled_statistics(VolumeSource& source, Progress& progress) {
  if (source.description().statistics) {
    return *source.description().statistics;
  }
  StatisticsAccumulator statistics(source.type());
  for_sampled_slices(source, slices_of_a_scan, progress,
                     [&](const AnyConstView& view) { statistics.add(view); });
  return statistics.result();
}

IntensityScale intensity_scale(const Histogram& histogram) {
  const OtsuSplit split = otsu(histogram);
  IntensityScale scale;
  std::size_t first = 0;
  const std::size_t end = histogram.counts.size();
  if (shows_air(split)) {
    scale.without_air = true;
    scale.air_threshold = split.threshold;
    first = BinOf(histogram)(split.threshold);
    scale.air = quantile(histogram, 0, first, 0.5);
  }
  if (split.separability == 0) {  // one value, or none
    scale.centre = quantile(histogram, 0, end, 0.5);
    return scale;
  }
  scale.centre = quantile(histogram, first, end, 0.5);
  scale.deviation = (quantile(histogram, first, end, 1 - share_of_one_deviation) -
                     quantile(histogram, first, end, share_of_one_deviation)) /
                    2;
  return scale;
}

Histogram histogram_of_scan(VolumeSource& source, Progress& progress) {
  const VolumeStatistics statistics = sampled_statistics(source, progress);
  const double low = statistics.percentile(0.1);
  const double high = statistics.percentile(99.9);
  if (statistics.finite_count == 0 || high <= low) {
    return {low, low, {}};
  }
  return sampled_histogram(source, low, high, bins_of_a_scan, slices_of_a_scan, progress);
}

IntensityScale intensity_scale(VolumeSource& source, Progress& progress) {
  const Histogram histogram = histogram_of_scan(source, progress);
  return histogram.counts.empty() ? IntensityScale{.centre = histogram.low}
                                  : intensity_scale(histogram);
}

}  // namespace fossilct
