// SPDX-License-Identifier: Apache-2.0
#include "filters/otsu.h"

#include <doctest/doctest.h>

#include <cmath>

namespace fossilct {
namespace {

// Counts of a Gaussian over [0, 100).
void add_gaussian(Histogram& histogram, double mean, double deviation, double weight) {
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    const double t = (static_cast<double>(bin) + 0.5 - mean) / deviation;
    histogram.counts[bin] += std::llround(weight * std::exp(-t * t / 2));
  }
}

Histogram empty() { return {0, 100, std::vector<std::int64_t>(100)}; }

TEST_CASE("two equal peaks are split in the middle") {
  Histogram histogram = empty();
  add_gaussian(histogram, 20, 4, 1e6);
  add_gaussian(histogram, 70, 4, 1e6);
  const OtsuSplit split = otsu(histogram);
  CHECK(split.threshold == doctest::Approx(45).epsilon(0.03));
  CHECK(split.darker_share == doctest::Approx(0.5).epsilon(1e-3));
  // Between 25^2 and total 25^2 + 4^2.
  CHECK(split.separability == doctest::Approx(625.0 / 641).epsilon(1e-2));
}

TEST_CASE("one Gaussian cut in half has separability 2 / pi") {
  Histogram histogram = empty();
  add_gaussian(histogram, 50, 9, 1e6);
  const OtsuSplit split = otsu(histogram);
  CHECK(split.threshold == doctest::Approx(50).epsilon(0.03));
  CHECK(split.separability == doctest::Approx(0.6366).epsilon(0.01));
}

TEST_CASE("in an empty gap the threshold stands in the middle") {
  Histogram histogram = empty();
  histogram.counts[10] = 5;
  histogram.counts[89] = 5;
  CHECK(otsu(histogram).threshold == doctest::Approx(50));
  CHECK(otsu(histogram).separability == doctest::Approx(1));
}

TEST_CASE("one value or none can't be split") {
  Histogram histogram = empty();
  CHECK(otsu(histogram).separability == 0);
  histogram.counts[42] = 1000;
  CHECK(otsu(histogram).separability == 0);
}

}  // namespace
}  // namespace fossilct
