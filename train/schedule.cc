// SPDX-License-Identifier: Apache-2.0
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fossilct {
namespace {

constexpr double smoothing = 0.98;
constexpr double worst_over_best = 4;
constexpr std::size_t skipped_first = 10;
constexpr std::size_t skipped_last = 5;

// From a at t = 0 to b at t = 1, flat at both ends.
double half_cosine(double a, double b, double t) {
  return b + (a - b) / 2 * (1 + std::cos(std::numbers::pi * t));
}

}  // namespace

std::int64_t OneCycle::climbing_steps() const {
  return static_cast<std::int64_t>(static_cast<double>(steps) * start_share);
}

double OneCycle::cosine(std::int64_t step, double low, double high, double end) const {
  const std::int64_t climbing = climbing_steps();
  if (step <= climbing && climbing > 0) {
    return half_cosine(low, high, static_cast<double>(step) / static_cast<double>(climbing));
  }
  const std::int64_t falling = std::max<std::int64_t>(steps - climbing, 1);
  return half_cosine(high, end,
                     static_cast<double>(step - climbing) / static_cast<double>(falling));
}

double OneCycle::rate_factor(std::int64_t step) const {
  return cosine(step, 1 / start_divisor, 1, 1 / end_divisor);
}

double OneCycle::momentum(std::int64_t step) const {
  return cosine(step, high_momentum, low_momentum, high_momentum);
}

std::array<double, 3> geometric_rates(double first, double last) {
  return {first, std::sqrt(first * last), last};
}

std::optional<double> RateFinder::next_rate() const {
  const auto done = static_cast<int>(curve_.size());
  if (over_ || done >= steps_) {
    return std::nullopt;
  }
  return lowest * std::pow(highest / lowest, static_cast<double>(done) / (steps_ - 1));
}

void RateFinder::record(double loss) {
  const std::optional<double> rate = next_rate();
  if (!rate || !std::isfinite(loss)) {
    over_ = true;
    return;
  }
  average_ = smoothing * average_ + (1 - smoothing) * loss;
  const auto count = static_cast<double>(curve_.size() + 1);
  const double smoothed = average_ / (1 - std::pow(smoothing, count));
  best_ = curve_.empty() ? smoothed : std::min(best_, smoothed);
  over_ = smoothed > worst_over_best * best_;
  curve_.push_back({*rate, smoothed});
}

std::optional<double> RateFinder::steepest() const {
  if (curve_.size() < skipped_first + skipped_last + 2) {
    return std::nullopt;
  }
  double steepest_slope = 0;
  std::optional<double> rate;
  for (std::size_t i = skipped_first + 1; i + 1 + skipped_last < curve_.size(); ++i) {
    const double slope = curve_[i + 1].loss - curve_[i - 1].loss;
    if (slope < steepest_slope) {
      steepest_slope = slope;
      rate = curve_[i].rate;
    }
  }
  return rate;
}

std::optional<double> RateFinder::valley() const {
  // Longest strictly falling subsequence that ends at each point, by quadratic search: 100 points.
  std::vector<int> length(curve_.size(), 1);
  std::vector<std::size_t> start(curve_.size());
  std::size_t best = 0;
  for (std::size_t i = 0; i < curve_.size(); ++i) {
    start[i] = i;
    for (std::size_t j = 0; j < i; ++j) {
      if (curve_[j].loss > curve_[i].loss && length[j] + 1 > length[i]) {
        length[i] = length[j] + 1;
        start[i] = start[j];
      }
    }
    best = length[i] > length[best] ? i : best;
  }
  if (curve_.empty() || length[best] < 2) {
    return std::nullopt;
  }
  return curve_[start[best] + (best - start[best]) * 2 / 3].rate;
}

}  // namespace fossilct
