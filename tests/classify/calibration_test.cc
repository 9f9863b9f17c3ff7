// SPDX-License-Identifier: Apache-2.0
#include "classify/calibration.h"

#include <doctest/doctest.h>

#include <cmath>

namespace fossilct {
namespace {

TEST_CASE("scores are the mean over the views of their softmax") {
  const std::vector<double> scores = mean_scores({{std::log(3.0), 0}, {0, 0}}, 1);
  CHECK(scores[0] == doctest::Approx((0.75 + 0.5) / 2));
  CHECK(scores[1] == doctest::Approx((0.25 + 0.5) / 2));
  // A temperature of 2 halves the logits.
  CHECK(mean_scores({{std::log(9.0), 0}}, 2)[0] == doctest::Approx(0.75));
}

// Of 100 specimens with logits +-d the share `right` is right.
std::vector<KnownSpecimen> specimens(double d, int right) {
  std::vector<KnownSpecimen> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back({{{d, 0}}, i < right ? 0 : 1});
  }
  return all;
}

TEST_CASE("the temperature brings the scores to the share that is right") {
  // Those that are right count as 101/102 sure, and the others as sure of the other taxon.
  const double sure = 101.0 / 102, share = 0.8 * sure + 0.2 * (1 - sure);
  const double logit = std::log(share / (1 - share));
  CHECK(share == doctest::Approx(0.8).epsilon(0.01));
  CHECK(fitted_temperature(specimens(6, 80)) == doctest::Approx(6 / logit).epsilon(2e-3));
  CHECK(fitted_temperature(specimens(0.5, 80)) == doctest::Approx(0.5 / logit).epsilon(2e-3));
  CHECK(fitted_temperature({}) == 1);
  // What is always right is as sure as so many can tell.
  CHECK(fitted_temperature(specimens(1, 100)) ==
        doctest::Approx(1 / std::log(101.0)).epsilon(2e-3));
}

TEST_CASE("the 99th percentile is a value that is there") {
  std::vector<double> values;
  for (int i = 200; i > 0; --i) {
    values.push_back(i);
  }
  CHECK(percentile_99(values) == 198);
  CHECK(percentile_99({7}) == 7);
  CHECK(percentile_99({}) == 0);
}

}  // namespace
}  // namespace fossilct
