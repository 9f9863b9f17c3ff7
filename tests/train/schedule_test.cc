// SPDX-License-Identifier: Apache-2.0
#include "train/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace fossilct {
namespace {

TEST_CASE("one cycle climbs from max/25 to max and falls towards max/250000") {
  const OneCycle cycle{.steps = 100, .start_share = 0.3};
  CHECK(cycle.rate_factor(0) == doctest::Approx(1.0 / 25));
  CHECK(cycle.rate_factor(30) == doctest::Approx(1));
  CHECK(cycle.rate_factor(15) == doctest::Approx((1 + 1.0 / 25) / 2));
  CHECK(cycle.rate_factor(65) == doctest::Approx(0.5).epsilon(1e-4));
  CHECK(cycle.rate_factor(99) < 1e-3);
  CHECK(cycle.momentum(0) == doctest::Approx(0.95));
  CHECK(cycle.momentum(30) == doctest::Approx(0.85));
  CHECK(cycle.momentum(99) == doctest::Approx(0.95).epsilon(1e-3));
  for (std::int64_t step = 1; step < 100; ++step) {
    CHECK((cycle.rate_factor(step) > cycle.rate_factor(step - 1)) == (step <= 30));
  }
}

TEST_CASE("one cycle of a single step, or with nothing to climb, stays finite") {
  CHECK(std::isfinite(OneCycle{.steps = 1}.rate_factor(0)));
  CHECK(OneCycle{.steps = 10, .start_share = 0}.rate_factor(0) == doctest::Approx(1));
  CHECK(OneCycle{.steps = 10, .start_share = 1}.rate_factor(9) < 1);
}

TEST_CASE("the paper's slice(lr/400, lr/4) is lr/400, lr/40, lr/4") {
  const std::array<double, 3> rates = geometric_rates(2e-4 / 400, 2e-4 / 4);
  CHECK(rates[0] == doctest::Approx(2e-4 / 400));
  CHECK(rates[1] == doctest::Approx(2e-4 / 40));
  CHECK(rates[2] == doctest::Approx(2e-4 / 4));
}

// A loss that is flat, falls between 1e-4 and 1e-1, and explodes from 1 on.
double model_loss(double rate) {
  if (rate > 1) {
    return 100 * rate;
  }
  const double t = std::clamp((std::log10(rate) + 4) / 3, 0.0, 1.0);
  return 1 - 0.8 * t;
}

TEST_CASE("the rate finder walks from 1e-7 to 10, stops at four times the best, and suggests") {
  RateFinder finder;
  CHECK(*finder.next_rate() == doctest::Approx(1e-7));
  while (const auto rate = finder.next_rate()) {
    finder.record(model_loss(*rate));
  }
  CHECK(finder.curve().size() < 100);
  CHECK(finder.curve().back().rate > 1);
  CHECK(*finder.steepest() > 1e-4);
  CHECK(*finder.steepest() < 0.5);
  CHECK(*finder.valley() > 1e-4);
  CHECK(*finder.valley() < 0.5);
}

TEST_CASE("the rate finder suggests nothing where the loss only rises, and ends on NaN") {
  RateFinder rising;
  for (int i = 0; i < 60; ++i) {
    rising.record(1 + 0.01 * i);
  }
  CHECK_FALSE(rising.steepest());
  CHECK_FALSE(rising.valley());
  RateFinder broken;
  broken.record(1);
  broken.record(std::nan(""));
  CHECK_FALSE(broken.next_rate());
  CHECK(broken.curve().size() == 1);
  CHECK_FALSE(RateFinder().valley());
}

}  // namespace
}  // namespace fossilct
