// SPDX-License-Identifier: Apache-2.0
#include "segment/similarity.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "segment/slice_reader.h"

namespace fossilct {
namespace {

constexpr double range = 8;  // deviations of the rock
constexpr int bins = 256;
constexpr std::int64_t slices_of_histogram = 64;
constexpr std::int64_t slices_of_features = 8;
constexpr double least_deviation = 1e-3;

double total_of(const Histogram& histogram) {
  double total = 0;
  for (const std::int64_t count : histogram.counts) {
    total += static_cast<double>(count);
  }
  return std::max(total, 1.0);
}

// Both of the same bins.
double wasserstein(const Histogram& a, const Histogram& b) {
  const double of_a = total_of(a), of_b = total_of(b);
  double below_a = 0, below_b = 0, sum = 0;
  for (std::size_t i = 0; i < a.counts.size(); ++i) {
    below_a += static_cast<double>(a.counts[i]) / of_a;
    below_b += static_cast<double>(b.counts[i]) / of_b;
    sum += std::abs(below_a - below_b);
  }
  return sum * a.bin_width();
}

double distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  const std::size_t channels = std::min(a.mean.size(), b.mean.size());
  double sum = 0;
  for (std::size_t i = 0; i < channels; ++i) {
    const double da = std::max(a.deviation[i], least_deviation);
    const double db = std::max(b.deviation[i], least_deviation);
    const double spread = std::sqrt((da * da + db * db) / 2);
    sum += std::abs(a.mean[i] - b.mean[i]) / spread + std::abs(std::log(da / db));
  }
  return channels == 0 ? 0 : sum / static_cast<double>(channels);
}

// Sums over pixels of a channel, those of the air left out.
class FeatureSums {
 public:
  // features 1,C,h,w; weight 1,1,h,w.
  void add(const at::Tensor& features, const at::Tensor& weight) {
    const at::Tensor f = features.to(at::kDouble), w = weight.to(at::kDouble);
    const at::Tensor sum = (f * w).sum({0, 2, 3}), squares = (f * f * w).sum({0, 2, 3});
    sum_ = sum_.defined() ? sum_ + sum : sum;
    squares_ = squares_.defined() ? squares_ + squares : squares;
    weight_ += w.sum().item<double>();
  }
  FeatureStatistics result() const {
    FeatureStatistics statistics;
    for (std::int64_t c = 0; sum_.defined() && c < sum_.size(0); ++c) {
      const double mean = sum_[c].item<double>() / std::max(weight_, 1.0);
      const double square = squares_[c].item<double>() / std::max(weight_, 1.0);
      statistics.mean.push_back(mean);
      statistics.deviation.push_back(std::sqrt(std::max(0.0, square - mean * mean)));
    }
    return statistics;
  }

 private:
  at::Tensor sum_, squares_;
  double weight_ = 0;
};

// 1 where rock is: 1,1,h,w of the first layer's size.
at::Tensor rock_of(const at::Tensor& image, const SliceRecipe& recipe, const at::Tensor& like) {
  const at::Tensor middle = image.select(1, image.size(1) / 2).unsqueeze(1);
  const at::Tensor rock =
      recipe.air_below ? middle.gt(*recipe.air_below).to(at::kFloat) : at::ones_like(middle);
  return at::adaptive_avg_pool2d(rock, {like.size(2), like.size(3)});
}

}  // namespace

Histogram histogram_of_rock(VolumeSource& scan, const IntensityScale& scale, Progress& progress) {
  Histogram histogram = sampled_histogram(scan, scale.centre - range * scale.deviation,
                                          scale.centre + range * scale.deviation, bins,
                                          slices_of_histogram, progress);
  histogram.low = -range;
  histogram.high = range;
  if (scale.without_air) {
    const double threshold = (scale.air_threshold - scale.centre) / scale.deviation;
    const double bin = std::clamp((threshold + range) / histogram.bin_width(), 0.0, double{bins});
    std::fill_n(histogram.counts.begin(), static_cast<std::size_t>(bin), 0);
  }
  return histogram;
}

FeatureStatistics first_layer_statistics(const Network& network, VolumeSource& scan,
                                         const SliceRecipe& recipe, Progress& progress) {
  Program first = network.program();
  first.ops.resize(1);
  const SlicePart whole_slice = whole_slices(scan.grid().size, Axis::z);
  const std::int64_t count = std::min(slices_of_features, whole_slice.slice);
  FeatureSums sums;
  for (std::int64_t i = 0; i < count; ++i) {
    progress.check();
    SlicePart part = whole_slice;
    part.slice = (2 * i + 1) * whole_slice.slice / (2 * count);
    const at::Tensor image =
        read_part(scan, part, recipe.context, recipe.scale).unsqueeze(0).nan_to_num_(0, 0, 0);
    const at::Tensor features =
        run_with_torch(first, network_input(image, recipe.normalisation, recipe.repeat_grey));
    sums.add(features, rock_of(image, recipe, features));
  }
  return sums.result();
}

Similarity similarity(const std::vector<ModelScan>& trained_on, const Histogram& histogram,
                      const FeatureStatistics& features) {
  std::optional<Similarity> nearest;
  for (const ModelScan& scan : trained_on) {
    if (scan.histogram.counts.size() != histogram.counts.size()) {
      continue;
    }
    const Similarity here{scan.name, wasserstein(scan.histogram, histogram),
                          distance(scan.features, features)};
    const auto sum = [](const Similarity& s) { return s.histogram_distance + s.feature_distance; };
    if (!nearest || sum(here) < sum(*nearest)) {
      nearest = here;
    }
  }
  if (!nearest) {
    throw Error(
        ErrorKind::format,
        "the model keeps no histogram of what it was trained on, so nobody can tell whether "
        "the scan is like it");
  }
  return *nearest;
}

Json to_json(const Similarity& similarity) {
  return {{"nearest", similarity.nearest},
          {"histogram_distance", similarity.histogram_distance},
          {"feature_distance", similarity.feature_distance},
          {"far", similarity.far()}};
}

}  // namespace fossilct
