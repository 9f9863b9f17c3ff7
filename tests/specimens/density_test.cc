// SPDX-License-Identifier: Apache-2.0
#include "specimens/density.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
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

// What can be seen of a ball: the box of its voxels that are in the rock of the scan.
Box seen(const Vector3& centre, double radius, const Volume<std::uint8_t>& rock) {
  const Size3& size = rock.size();
  const auto low = [radius](double c) { return static_cast<std::int64_t>(std::floor(c - radius)); };
  const auto high = [radius](double c) { return static_cast<std::int64_t>(std::ceil(c + radius)); };
  const Box around = common({{low(centre.x), low(centre.y), low(centre.z)},
                             {high(centre.x) + 1, high(centre.y) + 1, high(centre.z) + 1}},
                            whole(size));
  Box box;
  for (std::int64_t z = around.begin.z; z < around.end.z; ++z) {
    for (std::int64_t y = around.begin.y; y < around.end.y; ++y) {
      for (std::int64_t x = around.begin.x; x < around.end.x; ++x) {
        const double dx = static_cast<double>(x) - centre.x;
        const double dy = static_cast<double>(y) - centre.y;
        const double dz = static_cast<double>(z) - centre.z;
        if (dx * dx + dy * dy + dz * dz <= radius * radius && rock(x, y, z) != 0) {
          const Box voxel = {{x, y, z}, {x + 1, y + 1, z + 1}};
          box = box.empty() ? voxel : united(box, voxel);
        }
      }
    }
  }
  return box;
}

// Balls of two sizes, thrown over a region that reaches beyond the scan on all sides.
Density of_a_bed(std::mt19937& random, double per_voxel, const Volume<std::uint8_t>& rock,
                 RockRegion& region) {
  constexpr double margin = 12;
  Grid grid;
  grid.size = rock.size();
  const auto reach = [](std::int64_t n) {
    return std::uniform_real_distribution<double>(-margin, static_cast<double>(n) + margin);
  };
  auto x = reach(grid.size.x);
  auto y = reach(grid.size.y);
  auto z = reach(grid.size.z);
  const auto length = [](const auto& range) { return range.b() - range.a(); };
  std::poisson_distribution<int> how_many(per_voxel * length(x) * length(y) * length(z));
  std::vector<std::optional<double>> volumes;
  for (int left = how_many(random); left > 0; --left) {
    const Vector3 centre = {x(random), y(random), z(random)};
    const Box box = seen(centre, left % 2 == 0 ? 3.3 : 8.6, rock);
    if (!box.empty()) {
      volumes.push_back(counting_volume(box, grid, region).value);
    }
  }
  return density(volumes, {.rock_volume = 1e5, .per_cm3 = false});
}

void check_over_beds(const Volume<std::uint8_t>& rock, RockRegion region) {
  std::mt19937 random(11);
  constexpr double truth = 300e-6;
  constexpr int beds = 400;
  double sum = 0;
  int held = 0;
  std::int64_t left_out = 0;
  for (int i = 0; i < beds; ++i) {
    const Density found = of_a_bed(random, truth, rock, region);
    CHECK_FALSE(found.per_cm3);
    sum += found.value;
    left_out += found.left_out;
    held += found.low <= truth && truth <= found.high;
  }
  // One bed deviates by some 20%: the mean of 400 by 1%, three of which are allowed.
  CHECK(sum / beds == doctest::Approx(truth).epsilon(0.03));
  CHECK(held > 0.93 * beds);
  CHECK(left_out > 10 * beds);
}

TEST_CASE(
    "over many beds the density has no bias, and the interval holds the truth as often as it "
    "says: rock that fills the scan") {
  Volume<std::uint8_t> rock({64, 64, 64});
  std::fill_n(rock.data(), voxel_count(rock.size()), std::uint8_t{1});
  check_over_beds(rock, RockRegion(rock.size()));
}

TEST_CASE("the same of a core in air, in cells of one voxel and of four") {
  Volume<std::uint8_t> rock({80, 80, 56});
  Volume<std::uint8_t> cells({20, 20, 14});
  const auto fill_cylinder = [](Volume<std::uint8_t>& volume, double radius) {
    const double middle = static_cast<double>(volume.size().x - 1) / 2;
    for (std::int64_t z = 0; z < volume.size().z; ++z) {
      for (std::int64_t y = 0; y < volume.size().y; ++y) {
        for (std::int64_t x = 0; x < volume.size().x; ++x) {
          volume(x, y, z) =
              std::hypot(static_cast<double>(x) - middle, static_cast<double>(y) - middle) < radius;
        }
      }
    }
  };
  fill_cylinder(rock, 36);
  fill_cylinder(cells, 9);
  check_over_beds(rock, RockRegion(rock.size(), rock));
  check_over_beds(rock, RockRegion(rock.size(), cells));
}

TEST_CASE("units, none found, options out of range") {
  Grid scan;
  scan.size = {102, 102, 102};
  scan.spacing_um = {10, 10, 10};
  RockRegion rock(scan.size);
  const Measurement inner = counting_volume({{5, 5, 5}, {6, 6, 6}}, scan, rock);
  CHECK(inner.name == "counting_volume");
  CHECK(inner.value == doctest::Approx(1e9));
  const Measurement cut = counting_volume({{0, 0, 0}, {9, 9, 9}}, scan, rock);
  CHECK_FALSE(cut.value);
  CHECK_FALSE(cut.reason.empty());
  const Density found = density(std::vector{inner.value, cut.value}, {});
  CHECK(found.counted == 1);
  CHECK(found.left_out == 1);
  CHECK(found.per_cm3);
  CHECK(found.value == doctest::Approx(1000));  // one in 1 mm3
  CHECK(found.frame_volume == doctest::Approx(1e9));
  const Density none = density({}, {.rock_volume = 1e9});
  CHECK(none.value == 0);
  CHECK(none.high == doctest::Approx(3689).epsilon(1e-3));
  CHECK_THROWS_AS(density({}, {.rock_volume = 0}), Error);
  CHECK_THROWS_AS(density({}, {.level = 1}), Error);
}

}  // namespace
}  // namespace fossilct
