// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

namespace fossilct {

// The adaptive learning-rate schedule of Marchant et al. 2020: a line is fitted to the losses of
// the last batches; where it does not fall (the probability that its slope is below 0, from the
// Gaussian of the slope's estimate, is under 0.51), the rate is halved and as many batches must
// pass before the next look. Four such drops end the training.
class AdaptiveRate {
 public:
  static constexpr double least_probability = 0.51;
  static constexpr int most_drops = 4;

  // `window`: batches that the line is fitted to, 3 at least.
  explicit AdaptiveRate(std::int64_t window) : window_(window < 3 ? 3 : window) {}

  // Of a batch, in order.
  void record(double loss);
  // Of the first rate: 1, 1/2, ... 1/8.
  double factor() const { return factor_; }
  bool finished() const { return drops_ >= most_drops; }

 private:
  std::int64_t window_;
  std::deque<double> losses_;
  double factor_ = 1;
  int drops_ = 0;
};

// P(slope < 0) of the line through (i, values[i]): the slope's estimate is normal with the
// deviation that the residuals give. 1 or 0 where they lie on a line, 0.5 where they are equal.
double probability_of_fall(const std::deque<double>& values);

// The window in epochs: 40 below 5,000 pictures, 10 above 10,000, in between on the line.
double alrs_epochs(std::int64_t pictures);

}  // namespace fossilct
