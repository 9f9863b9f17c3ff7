// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/exact_math.h"
#include "data/fossil_body.h"

using namespace fossilct;
using namespace fossilct::phantom;

namespace {

constexpr auto empty = static_cast<std::uint8_t>(Tissue::empty);
constexpr auto cement = static_cast<std::uint8_t>(Tissue::cement);

GrownFossil grown(FossilKind kind, const Fate& fate = {}) {
  Random random(7);
  return grow(*make_shape(kind, 40, random), fate);
}

std::int64_t count_of(const GrownFossil& fossil, std::uint8_t tissue) {
  return std::count(fossil.tissue.data(), fossil.tissue.data() + voxel_count(fossil.tissue.size()),
                    tissue);
}

BodyRuns cuboid(const Size3& size, const Index3& shift) {
  Volume<std::uint8_t> tissue(size);
  std::fill_n(tissue.data(), voxel_count(size), std::uint8_t{1});
  return {tissue.view(), shift};
}

}  // namespace

TEST_CASE("a body is about as long as it was asked to be, with wall and lumen") {
  for (const FossilKind kind : all_fossil_kinds()) {
    CAPTURE(name_of(kind));
    const GrownFossil fossil = grown(kind);
    const BodyRuns body(fossil.tissue.view(), {0, 0, 0});
    const Size3 extent = body.box().size();
    const auto longest = static_cast<double>(std::max({extent.x, extent.y, extent.z}));
    // The longest extent need not lie along an axis, and spines end between voxels.
    CHECK(longest <= 42);
    CHECK(longest >= 33);
    const auto walls = static_cast<double>(count_of(fossil, 1));
    const auto voxels = static_cast<double>(body.voxels());
    CHECK(walls > 0.1 * voxels);
    CHECK(walls < 0.9 * voxels);
    CHECK(fossil.wall_voxels >= thinnest_wall_voxels);
  }
}

TEST_CASE("chambers grow by the logarithmic rule") {
  Random random(3);
  const auto shape = make_trochospiral(400, random);
  // Voxels of each chamber's territory on a coarse raster.
  std::vector<double> size(static_cast<std::size_t>(shape->chambers));
  for (double z = -220; z < 220; z += 4) {
    for (double y = -220; y < 220; y += 4) {
      for (double x = -220; x < 220; x += 4) {
        const ShapePoint point = shape->at({x, y, z});
        if (point.chamber >= 0) {
          size[static_cast<std::size_t>(point.chamber)] += 1;
        }
      }
    }
  }
  for (std::size_t i = size.size() - 4; i + 1 < size.size(); ++i) {
    const double radius_growth = std::cbrt(size[i + 1] / size[i]);
    CHECK(radius_growth > 1.08);
    CHECK(radius_growth < 1.3);
  }
}

TEST_CASE("an ostracod is two valves with one lumen, a radiolarian two spheres") {
  CHECK(grown(FossilKind::ostracod).chambers == 1);
  CHECK(grown(FossilKind::radiolarian).chambers == 2);
  CHECK(grown(FossilKind::milioline).chambers >= 11);
}

TEST_CASE("of a small animal the scan shows the last chambers only, of a large one all") {
  for (const FossilKind kind : {FossilKind::biserial, FossilKind::trochospiral}) {
    CAPTURE(name_of(kind));
    const GrownFossil small = grown(kind);
    CHECK(small.chambers_resolved >= 3);
    CHECK(small.chambers_resolved < small.chambers);
    Random random(7);
    const GrownFossil large = grow(*make_shape(kind, 200, random), {});
    CHECK(large.chambers_resolved == large.chambers);
  }
  CHECK(grown(FossilKind::ostracod).chambers_resolved == 1);
}

TEST_CASE("infill changes the lumen and nothing else") {
  Fate fate;
  const GrownFossil hollow = grown(FossilKind::biserial, fate);
  fate.infill = Infill::filled;
  const GrownFossil filled = grown(FossilKind::biserial, fate);
  CHECK(count_of(hollow, cement) == 0);
  CHECK(count_of(filled, empty) == 0);
  CHECK(count_of(hollow, empty) == count_of(filled, cement));
  fate.infill = Infill::settled_mud;
  const GrownFossil settled = grown(FossilKind::biserial, fate);
  CHECK(count_of(settled, empty) > 0);
  CHECK(count_of(settled, cement) > 0);
}

TEST_CASE("a break takes a piece, and a graze is no break") {
  Fate fate;
  fate.broken = true;
  fate.break_normal = {1, 0, 0};
  const GrownFossil sound = grown(FossilKind::diatom);
  const GrownFossil half = grown(FossilKind::diatom, fate);
  const auto body = [](const GrownFossil& f) {
    return static_cast<double>(BodyRuns(f.tissue.view(), {0, 0, 0}).voxels());
  };
  CHECK(half.broken);
  CHECK(body(half) / body(sound) == doctest::Approx(0.5).epsilon(0.2));
  fate.break_share = 0.9;
  const GrownFossil grazed = grown(FossilKind::diatom, fate);
  CHECK_FALSE(grazed.broken);
  CHECK(body(grazed) == body(sound));
}

TEST_CASE("the largest piece is kept") {
  Volume<std::uint8_t> tissue({9, 3, 3});
  tissue(0, 0, 0) = 1;
  tissue(4, 0, 0) = 2;
  tissue(5, 1, 1) = 1;  // joined over a corner
  CHECK(keep_largest_piece(tissue.view()) == 2);
  CHECK(tissue(0, 0, 0) == 0);
  CHECK(tissue(4, 0, 0) == 2);
  CHECK(tissue(5, 1, 1) == 1);
}

TEST_CASE("runs hold the voxels of the body at its place") {
  Volume<std::uint8_t> tissue({6, 4, 3});
  tissue(1, 2, 1) = 1;
  tissue(2, 2, 1) = 2;
  tissue(4, 3, 2) = 1;
  const BodyRuns body(tissue.view(), {10, 20, -1});
  CHECK(body.voxels() == 3);
  CHECK(body.box() == Box{{11, 22, 0}, {15, 24, 2}});
  REQUIRE(body.row(22, 0).size() == 2);
  CHECK(body.row(22, 0)[1].begin == 12);
  CHECK(body.row(22, 0)[1].tissue == Tissue::empty);
  CHECK(body.row(30, 0).empty());
  CHECK(body.shifted({1, 1, 1}).row(24, 2)[0].begin == 15);
}

TEST_CASE("reach between bodies is counted along the axes") {
  const BodyRuns a = cuboid({4, 4, 4}, {0, 0, 0});
  CHECK(within_reach(a, cuboid({2, 2, 2}, {3, 3, 3}), 0));
  CHECK_FALSE(within_reach(a, cuboid({2, 2, 2}, {4, 4, 4}), 0));
  CHECK(within_reach(a, cuboid({2, 2, 2}, {4, 4, 4}), 1));
  CHECK_FALSE(within_reach(a, cuboid({2, 2, 2}, {5, 0, 0}), 1));
  CHECK(within_reach(a, cuboid({2, 2, 2}, {5, -3, 0}), 2));
  CHECK_FALSE(within_reach(a, cuboid({2, 2, 2}, {0, 0, -5}), 3));
  CHECK(within_reach(a, cuboid({2, 2, 2}, {0, 0, -5}), 4));
}

TEST_CASE("own cosine and sine are those of the library but for the last bits") {
  for (int i = -1000; i <= 1000; ++i) {
    const double turns = i / 317.0;
    const CosSin a = cos_sin_of_turns(turns);
    CHECK(std::abs(a.cos - std::cos(2 * pi * turns)) < 1e-11);
    CHECK(std::abs(a.sin - std::sin(2 * pi * turns)) < 1e-11);
  }
}

TEST_CASE("draws have the moments they promise") {
  Random random(1);
  const Matrix3 r = random.rotation();
  CHECK(length(r * Vector3{1, 2, 3}) == doctest::Approx(std::sqrt(14.0)));
  CHECK(transposed_times(r, r * Vector3{1, 2, 3}).y == doctest::Approx(2));
  double sum = 0;
  double squares = 0;
  constexpr int draws = 100000;
  for (int i = 0; i < draws; ++i) {
    const double value = normal(hash(1, i));
    sum += value;
    squares += value * value;
  }
  CHECK(std::abs(sum / draws) < 0.01);
  CHECK(squares / draws == doctest::Approx(1).epsilon(0.02));
}
