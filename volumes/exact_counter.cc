// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "volumes/statistics_counter.h"

namespace fossilct {

namespace {

// Every value of an 8 or 16 bit type has its count, so that all statistics are exact. Voxels are
// counted into `lanes` tables in turn: with one, equal neighbours (air, filled pores) would wait
// for each other's store. The tables are 32 bit, so that they stay in the second-level cache, and
// are emptied into `totals_` before they could overflow.
template <typename T>
class ExactCounter final : public StatisticsAccumulator::Counter {
 public:
  void add(const AnyConstView& view) override {
    for_each_run(view.as<T>(), [this](const T* voxels, std::int64_t count) {
      for (std::int64_t begin = 0; begin < count; begin += most_at_once) {
        add_run(voxels + begin, std::min(most_at_once, count - begin));
      }
    });
  }

  void merge(const Counter& other) override {
    const auto& counted = static_cast<const ExactCounter&>(other);
    for (std::size_t i = 0; i < values; ++i) {
      totals_[i] += counted.count_at(i);
    }
  }

  VolumeStatistics result() const override {
    const std::vector<std::int64_t> counts = sorted_counts();
    VolumeStatistics result;
    std::size_t first = 0;
    while (first < values && counts[first] == 0) {
      ++first;
    }
    if (first == values) {
      return result;
    }
    std::size_t last = values - 1;
    while (counts[last] == 0) {
      --last;
    }
    result.minimum = value_of(first);
    result.maximum = value_of(last);
    set_moments(counts, first, last, result);
    set_histogram(counts, first, last, result);
    set_percentiles(counts, first, result);
    return result;
  }

 private:
  using Slot = std::make_unsigned_t<T>;
  static constexpr std::size_t values = std::size_t{1} << (8 * sizeof(T));
  static constexpr std::size_t lanes = sizeof(T) == 1 ? 4 : 2;
  static constexpr std::int64_t most_at_once = std::int64_t{1} << 30;

  // The value at place `i` of the sorted values.
  static double value_of(std::size_t i) {
    return static_cast<double>(std::numeric_limits<T>::min()) + static_cast<double>(i);
  }

  void add_run(const T* voxels, std::int64_t count) {
    if (pending_ + count > std::numeric_limits<std::uint32_t>::max()) {
      flush();
    }
    pending_ += count;
    std::uint32_t* const a = pending_counts_.data();
    std::uint32_t* const b = a + values;
    std::uint32_t* const c = a + (lanes - 2) * values;
    std::uint32_t* const d = a + (lanes - 1) * values;
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      ++a[static_cast<Slot>(voxels[i])];
      ++b[static_cast<Slot>(voxels[i + 1])];
      ++c[static_cast<Slot>(voxels[i + 2])];
      ++d[static_cast<Slot>(voxels[i + 3])];
    }
    for (; i < count; ++i) {
      ++a[static_cast<Slot>(voxels[i])];
    }
  }

  std::int64_t count_at(std::size_t slot) const {
    std::int64_t count = totals_[slot];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      count += pending_counts_[lane * values + slot];
    }
    return count;
  }

  void flush() {
    for (std::size_t i = 0; i < values; ++i) {
      totals_[i] = count_at(i);
    }
    std::fill(pending_counts_.begin(), pending_counts_.end(), 0);
    pending_ = 0;
  }

  // Slots are the values taken as unsigned; sorted, those of negative values come first.
  std::vector<std::int64_t> sorted_counts() const {
    std::vector<std::int64_t> counts(values);
    for (std::size_t i = 0; i < values; ++i) {
      const int value = static_cast<int>(i) + std::numeric_limits<T>::min();
      counts[i] = count_at(static_cast<Slot>(value));
    }
    return counts;
  }

  static void set_moments(const std::vector<std::int64_t>& counts, std::size_t first,
                          std::size_t last, VolumeStatistics& result) {
    // 2^16 times a count stays in 63 bits up to 2^47 voxels.
    std::int64_t offset_sum = 0;
    for (std::size_t i = first; i <= last; ++i) {
      result.finite_count += counts[i];
      offset_sum += counts[i] * static_cast<std::int64_t>(i - first);
    }
    const auto count = static_cast<double>(result.finite_count);
    const double mean_offset = static_cast<double>(offset_sum) / count;
    double squares = 0;
    for (std::size_t i = first; i <= last; ++i) {
      const double difference = static_cast<double>(i - first) - mean_offset;
      squares += static_cast<double>(counts[i]) * difference * difference;
    }
    result.mean = value_of(first) + mean_offset;
    result.deviation = std::sqrt(squares / count);
  }

  // Bins a whole number of values wide, or some would hold more values than their neighbours.
  static void set_histogram(const std::vector<std::int64_t>& counts, std::size_t first,
                            std::size_t last, VolumeStatistics& result) {
    const std::size_t range = last - first + 1;
    const std::size_t width = (range + reported_bins - 1) / reported_bins;
    Histogram& histogram = result.histogram;
    histogram.counts.assign((range + width - 1) / width, 0);
    histogram.low = value_of(first);
    histogram.high = value_of(first + histogram.counts.size() * width);
    for (std::size_t i = first; i <= last; ++i) {
      histogram.counts[(i - first) / width] += counts[i];
    }
  }

  static void set_percentiles(const std::vector<std::int64_t>& counts, std::size_t first,
                              VolumeStatistics& result) {
    std::size_t i = first;
    std::int64_t up_to_here = counts[i];
    for (const double percent : reported_percents) {
      const std::int64_t rank = rank_of(percent, result.finite_count);
      while (up_to_here <= rank) {
        up_to_here += counts[++i];
      }
      result.percentiles.push_back({percent, value_of(i)});
    }
  }

  std::vector<std::uint32_t> pending_counts_ = std::vector<std::uint32_t>(lanes * values);
  std::int64_t pending_ = 0;
  std::vector<std::int64_t> totals_ = std::vector<std::int64_t>(values);
};

}  // namespace

std::unique_ptr<StatisticsAccumulator::Counter> make_exact_counter(PixelType type) {
  return dispatch(
      type,
      []<typename T>(std::type_identity<T>) -> std::unique_ptr<StatisticsAccumulator::Counter> {
        if constexpr (sizeof(T) <= 2) {
          return std::make_unique<ExactCounter<T>>();
        } else {
          return nullptr;
        }
      });
}

}  // namespace fossilct
