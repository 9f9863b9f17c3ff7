// SPDX-License-Identifier: Apache-2.0
#include "specimens/density.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "base/error.h"

namespace fossilct {
namespace {

TEST_CASE("Garwood's exact limits, as tabulated") {
  CHECK(poisson_interval(0, 0.95).low == 0);
  CHECK(poisson_interval(0, 0.95).high == doctest::Approx(3.689).epsilon(1e-3));
  CHECK(poisson_interval(10, 0.95).low == doctest::Approx(4.795).epsilon(1e-3));
  CHECK(poisson_interval(10, 0.95).high == doctest::Approx(18.39).epsilon(1e-3));
}

Density by_counting(std::mt19937& random, const Grid& scan, double per_voxel) {
  // Boxes of two sizes, thrown over a region that reaches beyond the scan on all sides.
  constexpr std::int64_t margin = 40;
  const std::int64_t n = scan.size.x;
  const auto region = static_cast<double>(n + 2 * margin);
  std::poisson_distribution<int> how_many(per_voxel * region * region * region);
  std::uniform_int_distribution<std::int64_t> place(-margin, n + margin - 1);
  std::vector<CountedBody> seen;
  for (int left = how_many(random); left > 0; --left) {
    const std::int64_t edge = left % 2 == 0 ? 8 : 35;
    const Index3 b{place(random), place(random), place(random)};
    const auto meets = [&](std::int64_t at) { return at < n && at + edge > 0; };
    const auto whole_along = [&](std::int64_t at) { return at >= 1 && at + edge <= n - 1; };
    if (meets(b.x) && meets(b.y) && meets(b.z)) {
      seen.push_back({{b, {b.x + edge, b.y + edge, b.z + edge}},
                      !(whole_along(b.x) && whole_along(b.y) && whole_along(b.z))});
    }
  }
  return density(seen, scan);
}

TEST_CASE(
    "over many beds the density has no bias, and the interval holds the truth as often as it "
    "says") {
  std::mt19937 random(11);
  Grid scan;
  scan.size = {100, 100, 100};
  scan.spacing_known = false;
  constexpr double truth = 60e-6;
  constexpr int beds = 400;
  double sum = 0;
  int held = 0;
  for (int i = 0; i < beds; ++i) {
    const Density found = by_counting(random, scan, truth);
    CHECK_FALSE(found.per_cm3);
    sum += found.value;
    held += found.low <= truth && truth <= found.high;
  }
  // One bed deviates by some 20%: the mean of 400 by 1%, three of which are allowed.
  CHECK(sum / beds == doctest::Approx(truth).epsilon(0.03));
  CHECK(held > 0.93 * beds);
}

TEST_CASE("units, rock without air, none found, options out of range") {
  Grid scan;
  scan.size = {102, 102, 102};
  scan.spacing_um = {10, 10, 10};
  const std::vector<CountedBody> one = {{{{5, 5, 5}, {6, 6, 6}}, false},
                                        {{{0, 0, 0}, {9, 9, 9}}, true}};
  const Density found = density(one, scan, {.rock_fraction = 0.5});
  CHECK(found.counted == 1);
  CHECK(found.left_out == 1);
  CHECK(found.per_cm3);
  CHECK(found.value == doctest::Approx(2000));  // one in half of 1 mm3
  CHECK(found.frame_volume == doctest::Approx(0.5e9));
  const Density none = density({}, scan);
  CHECK(none.value == 0);
  CHECK(none.high == doctest::Approx(3689).epsilon(1e-3));
  CHECK_THROWS_AS(density(one, scan, {.rock_fraction = 0}), Error);
  CHECK_THROWS_AS(density(one, scan, {.level = 1}), Error);
}

}  // namespace
}  // namespace fossilct
