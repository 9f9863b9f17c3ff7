// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "volumes/statistics_counter.h"

namespace fossilct {

namespace {

// Bins of width 2^exponent; bin j covers [j, j + 1) * 2^exponent, so that two bins of one width are
// exactly one of the next and values are placed without rounding. The exponent depends on the
// smallest and largest value alone, hence the counts do not depend on the order of the voxels. Bin
// j lies at slot j mod `bins`: a range that grows to either side moves nothing.
class DoublingBins {
 public:
  static constexpr std::int64_t bins = std::int64_t{1} << 17;

  explicit DoublingBins(int least_exponent)
      : least_exponent_(least_exponent), counts_(static_cast<std::size_t>(bins)) {}

  bool empty() const { return minimum_ > maximum_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  int exponent() const { return exponent_; }
  std::int64_t first_bin() const { return bin_of(minimum_, exponent_); }
  std::int64_t last_bin() const { return bin_of(maximum_, exponent_); }
  std::int64_t count_of_bin(std::int64_t bin) const { return counts_[slot_of(bin)]; }

  // Makes room for values from `low` to `high`; all later values must lie in the range made so far.
  void cover(double low, double high) {
    if (low >= minimum_ && high <= maximum_) {
      return;
    }
    const bool was_empty = empty();
    const double new_minimum = std::min(low, minimum_);
    const double new_maximum = std::max(high, maximum_);
    const int exponent = exponent_for(new_minimum, new_maximum);
    if (!was_empty && exponent != exponent_) {
      const DoublingBins old = *this;
      std::fill(counts_.begin(), counts_.end(), 0);
      exponent_ = exponent;
      add_bins(old);
    }
    minimum_ = new_minimum;
    maximum_ = new_maximum;
    exponent_ = exponent;
  }

  void count(const double* values, std::size_t n) {
    const auto [a, b] = scales_of(exponent_);
    for (std::size_t i = 0; i < n; ++i) {
      ++counts_[slot_of(floor_of(values[i] * a * b, values[i]))];
    }
  }

  void merge(const DoublingBins& other) {
    if (!other.empty()) {
      cover(other.minimum_, other.maximum_);
      add_bins(other);
    }
  }

 private:
  static std::size_t slot_of(std::int64_t bin) {
    return static_cast<std::size_t>(bin) & (static_cast<std::size_t>(bins) - 1);
  }
  // 2^-exponent in two factors, since that of a denormal width is no double.
  static std::array<double, 2> scales_of(int exponent) {
    const int half = -exponent / 2;
    return {std::ldexp(1.0, half), std::ldexp(1.0, -exponent - half)};
  }
  // floor(scaled); a negative `value` that underflowed to zero belongs to bin -1.
  static std::int64_t floor_of(double scaled, double value) {
    const auto truncated = static_cast<std::int64_t>(scaled);
    const bool below = scaled < static_cast<double>(truncated) || ((value < 0) & (truncated == 0));
    return truncated - static_cast<std::int64_t>(below);
  }
  static std::int64_t bin_of(double value, int exponent) {
    const auto [a, b] = scales_of(exponent);
    return floor_of(value * a * b, value);
  }
  // The least that gives at most `bins` bins and keeps bin numbers below 2^52.
  int exponent_for(double low, double high) const {
    const double largest = std::max(std::abs(low), std::abs(high));
    int exponent = least_exponent_;
    if (largest > 0) {
      exponent = std::max(exponent, std::ilogb(largest) - 51);
    }
    while (bin_of(high, exponent) - bin_of(low, exponent) >= bins) {
      ++exponent;
    }
    return exponent;
  }
  // `finer` has bins of our width or narrower.
  void add_bins(const DoublingBins& finer) {
    const int shift = std::min(exponent_ - finer.exponent_, 63);
    const std::int64_t last = finer.last_bin();
    for (std::int64_t bin = finer.first_bin(); bin <= last; ++bin) {
      counts_[slot_of(bin >> shift)] += finer.counts_[slot_of(bin)];
    }
  }

  int least_exponent_;
  int exponent_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> counts_;
};

// Count, mean and sum of squared differences from it, joined after Chan, Golub and LeVeque (1983).
// long double, since the squares of large doubles are beyond the range of double.
struct Moments {
  std::int64_t count = 0;
  long double mean = 0;
  long double squares = 0;

  void merge(const Moments& other) {
    if (other.count == 0) {
      return;
    }
    const auto n = static_cast<long double>(count);
    const auto m = static_cast<long double>(other.count);
    const long double difference = other.mean - mean;
    squares += other.squares + difference * difference * (n * m / (n + m));
    mean += difference * (m / (n + m));
    count += other.count;
  }
};

constexpr std::size_t chunk_length = 2048;
using Chunk = std::array<double, chunk_length>;

// Four partial sums: the additions overlap, and rounding errors grow a quarter as fast.
template <typename F>
double sum_of(const Chunk& values, std::size_t n, F&& term) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      sums[lane] += term(values[i + lane]);
    }
  }
  for (; i < n; ++i) {
    sums[0] += term(values[i]);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Values are scaled to below 2 first, so that neither sums nor squares leave the range of double,
// and taken from the first one, so that equal values have no deviation at all.
Moments moments_of(const Chunk& values, std::size_t n, double largest) {
  const int exponent = largest > 0 ? std::ilogb(largest) : 0;
  const int half = -exponent / 2;
  const double a = std::ldexp(1.0, half);
  const double b = std::ldexp(1.0, -exponent - half);
  const auto count = static_cast<double>(n);
  const double first = values[0] * a * b;
  const double offset = sum_of(values, n, [=](double v) { return v * a * b - first; }) / count;
  const double squares = sum_of(values, n, [=](double v) {
    const double difference = v * a * b - first - offset;
    return difference * difference;
  });
  const long double mean = static_cast<long double>(first) + static_cast<long double>(offset);
  return {static_cast<std::int64_t>(n), std::ldexp(mean, exponent),
          std::ldexp(static_cast<long double>(squares), 2 * exponent)};
}

std::pair<double, double> range_of(const Chunk& values, std::size_t n) {
  std::array<double, 4> low{values[0], values[0], values[0], values[0]};
  std::array<double, 4> high = low;
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      low[lane] = std::min(low[lane], values[i + lane]);
      high[lane] = std::max(high[lane], values[i + lane]);
    }
  }
  for (; i < n; ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

template <typename T>
class RangeCounter final : public StatisticsAccumulator::Counter {
 public:
  void add(const AnyConstView& view) override {
    for_each_run(view.as<T>(), [this](const T* voxels, std::int64_t count) {
      constexpr auto most = static_cast<std::int64_t>(chunk_length);
      for (std::int64_t begin = 0; begin < count; begin += most) {
        add_chunk(voxels + begin, static_cast<std::size_t>(std::min(most, count - begin)));
      }
    });
  }

  void merge(const Counter& other) override {
    const auto& counted = static_cast<const RangeCounter&>(other);
    nan_count_ += counted.nan_count_;
    infinite_count_ += counted.infinite_count_;
    moments_.merge(counted.moments_);
    bins_.merge(counted.bins_);
  }

  VolumeStatistics result() const override {
    VolumeStatistics result;
    result.nan_count = nan_count_;
    result.infinite_count = infinite_count_;
    if (moments_.count == 0) {
      return result;
    }
    result.finite_count = moments_.count;
    result.minimum = bins_.minimum();
    result.maximum = bins_.maximum();
    result.mean = std::clamp(static_cast<double>(moments_.mean), result.minimum, result.maximum);
    result.deviation =
        static_cast<double>(std::sqrt(moments_.squares / static_cast<long double>(moments_.count)));
    set_histogram(result);
    set_percentiles(result);
    return result;
  }

 private:
  static constexpr bool is_float = std::is_floating_point_v<T>;
  // Bins of an integer type are at least one value wide; 2^-1074 is the least double.
  static constexpr int least_exponent = is_float ? -1074 : 0;

  void add_chunk(const T* voxels, std::size_t n) {
    const std::size_t finite = gather(voxels, n);
    if (finite == 0) {
      return;
    }
    const auto [low, high] = range_of(chunk_, finite);
    moments_.merge(moments_of(chunk_, finite, std::max(std::abs(low), std::abs(high))));
    bins_.cover(low, high);
    bins_.count(chunk_.data(), finite);
  }

  // Puts the finite voxels into chunk_, counts the others, returns how many are finite.
  std::size_t gather(const T* voxels, std::size_t n) {
    std::size_t finite = 0;
    if constexpr (is_float) {
      for (std::size_t i = 0; i < n; ++i) {
        const auto value = static_cast<double>(voxels[i]);
        chunk_[finite] = value;
        finite += static_cast<std::size_t>(std::isfinite(value));
      }
      if (finite != n) {
        const auto nans = std::count_if(voxels, voxels + n, [](T v) { return std::isnan(v); });
        nan_count_ += nans;
        infinite_count_ += static_cast<std::int64_t>(n - finite) - nans;
      }
    } else {
      std::copy_n(voxels, n, chunk_.begin());
      finite = n;
    }
    return finite;
  }

  // The fine bins joined 2^n at a time, so that no count is split.
  void set_histogram(VolumeStatistics& result) const {
    Histogram& histogram = result.histogram;
    if (result.minimum == result.maximum) {
      const double next = std::nextafter(result.minimum, std::numeric_limits<double>::max());
      histogram = {result.minimum, std::max(result.minimum + 1, next), {result.finite_count}};
      return;
    }
    int shift = 0;
    while ((bins_.last_bin() >> shift) - (bins_.first_bin() >> shift) >= reported_bins) {
      ++shift;
    }
    const std::int64_t first = bins_.first_bin() >> shift;
    const std::int64_t last = bins_.last_bin() >> shift;
    histogram.counts.assign(static_cast<std::size_t>(last - first + 1), 0);
    for (std::int64_t bin = bins_.first_bin(); bin <= bins_.last_bin(); ++bin) {
      histogram.counts[static_cast<std::size_t>((bin >> shift) - first)] += bins_.count_of_bin(bin);
    }
    histogram.low = edge_of(first, shift);
    histogram.high = edge_of(last + 1, shift);
  }

  double edge_of(std::int64_t bin, int shift) const {
    constexpr double largest = std::numeric_limits<double>::max();
    return std::clamp(std::ldexp(static_cast<double>(bin), bins_.exponent() + shift), -largest,
                      largest);
  }

  void set_percentiles(VolumeStatistics& result) const {
    std::int64_t bin = bins_.first_bin();
    std::int64_t up_to_here = bins_.count_of_bin(bin);
    for (const double percent : reported_percents) {
      const std::int64_t rank = rank_of(percent, result.finite_count);
      while (up_to_here <= rank) {
        up_to_here += bins_.count_of_bin(++bin);
      }
      const double value = std::clamp(middle_of(bin), result.minimum, result.maximum);
      result.percentiles.push_back({percent, value});
    }
  }

  // Of the values that fall in a bin: integers j * w ... j * w + w - 1, or all between the edges.
  double middle_of(std::int64_t bin) const {
    const double width = std::ldexp(1.0, bins_.exponent());
    const double half = is_float ? width / 2 : std::floor((width - 1) / 2);
    return std::ldexp(static_cast<double>(bin), bins_.exponent()) + half;
  }

  DoublingBins bins_{least_exponent};
  Moments moments_;
  std::int64_t nan_count_ = 0;
  std::int64_t infinite_count_ = 0;
  Chunk chunk_{};
};

}  // namespace

std::unique_ptr<StatisticsAccumulator::Counter> make_range_counter(PixelType type) {
  return dispatch(
      type,
      []<typename T>(std::type_identity<T>) -> std::unique_ptr<StatisticsAccumulator::Counter> {
        if constexpr (sizeof(T) > 2) {
          return std::make_unique<RangeCounter<T>>();
        } else {
          return nullptr;
        }
      });
}

}  // namespace fossilct
