// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace fossilct {

// One cycle of rate and momentum (Smith 2018, arXiv 1803.09820), as fastai v1's fit_one_cycle: the
// rate climbs from maximum / 25 to the maximum in the first `start_share` of the steps and falls to
// maximum / 250,000 in the rest, both along half a cosine; momentum runs from 0.95 to 0.85 and
// back.
struct OneCycle {
  std::int64_t steps = 1;
  double start_share = 0.3;
  double start_divisor = 25;
  double end_divisor = 25e4;
  double high_momentum = 0.95;
  double low_momentum = 0.85;

  // Of the maximum rate, for step 0 .. steps - 1: the last step is one short of the very end.
  double rate_factor(std::int64_t step) const;
  double momentum(std::int64_t step) const;

 private:
  std::int64_t climbing_steps() const;
  // Half a cosine from `low` up to `high` and down to `end` over the steps.
  double cosine(std::int64_t step, double low, double high, double end) const;
};

// Rates of the three parameter groups, geometric from the first to the last: fastai's slice(a, b).
std::array<double, 3> geometric_rates(double first, double last);

// A learning-rate range test (Smith 2017, arXiv 1506.01186) as fastai v1's lr_find: rates climb
// geometrically from 1e-7 to 10, the loss is smoothed exponentially (0.98, bias corrected), and the
// test ends when it exceeds four times the best.
class RateFinder {
 public:
  static constexpr double lowest = 1e-7;
  static constexpr double highest = 10;

  explicit RateFinder(int steps = 100) : steps_(steps) {}

  // The rate of the next step; nothing when the test is over.
  std::optional<double> next_rate() const;
  // The loss found with it. A loss that is no number ends the test.
  void record(double loss);

  struct Point {
    double rate = 0;
    double loss = 0;  // smoothed
  };
  const std::vector<Point>& curve() const { return curve_; }

  // The rate at the steepest descent of the smoothed loss over the logarithm of the rate, the first
  // 10 and the last 5 points left out (fastai v1); nothing where the loss never falls.
  std::optional<double> steepest() const;
  // Two thirds into the longest run of falling loss (fastai v2's "valley"): steadier; nothing as
  // above.
  std::optional<double> valley() const;

 private:
  int steps_;
  bool over_ = false;
  double average_ = 0;
  double best_ = 0;
  std::vector<Point> curve_;
};

}  // namespace fossilct
