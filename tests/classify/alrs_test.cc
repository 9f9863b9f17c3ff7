// SPDX-License-Identifier: Apache-2.0
#include "classify/alrs.h"

#include <doctest/doctest.h>

#include "base/random.h"

namespace fossilct {
namespace {

TEST_CASE("the probability of a fall: certain on a line, even odds for a level one") {
  CHECK(probability_of_fall({4, 3, 2, 1}) == 1);
  CHECK(probability_of_fall({1, 2, 3, 4}) == 0);
  CHECK(probability_of_fall({2, 2, 2}) == 0.5);
  CHECK(probability_of_fall({1, 2, 1}) == doctest::Approx(0.5));
  // Slope -0.5 with residuals 0.5 -1.. : (3, 1, 2): slope -0.5, residuals 0.5, -1, 0.5, so the
  // deviation of the slope is sqrt(1.5 / 1 / 2) and P = Phi(0.5 / 0.866).
  CHECK(probability_of_fall({3, 1, 2}) == doctest::Approx(0.7181).epsilon(1e-3));
}

TEST_CASE("a loss that falls keeps the rate, a level one halves it four times and ends") {
  AdaptiveRate rate(10);
  for (int i = 0; i < 200; ++i) {
    rate.record(100.0 - i);
  }
  CHECK(rate.factor() == 1);
  CHECK_FALSE(rate.finished());
  int steps = 0;
  for (; !rate.finished() && steps < 200; ++steps) {
    rate.record(-99.0);
  }
  CHECK(rate.finished());
  CHECK(rate.factor() == 1.0 / 16);
  // After a drop as many batches must pass as the line is fitted to.
  CHECK(steps >= 30);
}

TEST_CASE("the window shrinks with the number of pictures") {
  CHECK(alrs_epochs(100) == 40);
  CHECK(alrs_epochs(5000) == 40);
  CHECK(alrs_epochs(7500) == 25);
  CHECK(alrs_epochs(1'000'000) == 10);
}

}  // namespace
}  // namespace fossilct
