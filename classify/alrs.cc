// SPDX-License-Identifier: Apache-2.0
#include "classify/alrs.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fossilct {

double probability_of_fall(const std::deque<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double middle = (count - 1) / 2;
  double mean = 0;
  for (const double value : values) {
    mean += value / count;
  }
  double of_x = 0;
  double crossed = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    of_x += x * x;
    crossed += x * (values[i] - mean);
  }
  const double slope = crossed / of_x;
  double residuals = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    residuals += std::pow(values[i] - mean - slope * x, 2);
  }
  const double deviation = std::sqrt(residuals / (count - 2) / of_x);
  if (deviation == 0) {
    return slope < 0 ? 1 : slope > 0 ? 0 : 0.5;
  }
  return std::erfc(slope / deviation / std::numbers::sqrt2) / 2;
}

void AdaptiveRate::record(double loss) {
  losses_.push_back(loss);
  if (static_cast<std::int64_t>(losses_.size()) < window_) {
    return;
  }
  if (probability_of_fall(losses_) < least_probability) {
    factor_ /= 2;
    ++drops_;
    losses_.clear();
  } else {
    losses_.pop_front();
  }
}

double alrs_epochs(std::int64_t pictures) {
  const double share = (static_cast<double>(pictures) - 5000) / 5000;
  return 40 - 30 * std::clamp(share, 0.0, 1.0);
}

}  // namespace fossilct
