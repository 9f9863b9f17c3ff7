// SPDX-License-Identifier: Apache-2.0
#include "specimens/core_volume.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "volumes/memory_source.h"

namespace fossilct {
namespace {

TEST_CASE("a cylinder in air, with a hollow and a way into it that count as core") {
  const double radius = 100;
  Volume<std::uint16_t> scan({240, 240, 20});
  for (std::int64_t z = 0; z < 20; ++z) {
    for (std::int64_t y = 0; y < 240; ++y) {
      for (std::int64_t x = 0; x < 240; ++x) {
        const double dx = static_cast<double>(x) - 119.5;
        const double dy = static_cast<double>(y) - 119.5;
        const bool rock = dx * dx + dy * dy < radius * radius;
        const bool room = std::abs(dx) < 20 && std::abs(dy) < 20;
        const bool way_out = dx > 0 && std::abs(dy) < 6;
        const bool hollow = (room || way_out) && z > 3 && z < 16;
        scan(x, y, z) =
            static_cast<std::uint16_t>((rock && !hollow ? 20'000 : 3'000) + (x * 7 + y * 13) % 50);
      }
    }
  }
  Progress silent;
  const CoreVolume core = measure_core(test::source_of(scan), silent);
  CHECK(core.has_air);
  CHECK(core.volume ==
        doctest::Approx(std::numbers::pi * radius * radius * 20 * 0.5 * 2 * 3).epsilon(0.01));
  REQUIRE(core.rock.size() == scan.size());
  CHECK(core.rock(0, 0, 5) == 0);
  CHECK(core.rock(120, 25, 5) == 1);
  CHECK(core.rock(120, 120, 10) == 1);  // the hollow
  CHECK(core.rock(180, 120, 10) == 1);  // the way into it
}

TEST_CASE("rock that fills the scan is all core, whatever its pores") {
  Volume<std::uint16_t> scan({40, 40, 40});
  for (std::int64_t i = 0; i < 40 * 40 * 40; ++i) {
    scan.data()[i] = static_cast<std::uint16_t>(i % 97 == 0 ? 3000 : 20'000 + i % 31);
  }
  Progress silent;
  const CoreVolume core = measure_core(test::source_of(scan), silent);
  CHECK(!core.has_air);
  CHECK(core.share == 1);
  CHECK(core.volume == doctest::Approx(64'000 * 0.5 * 2 * 3));
}

// Bright rock in a round field of view, with nothing at all beyond it.
TEST_CASE("what has no value is no rock, whatever its place, with air or without") {
  std::mt19937 random(5);
  std::normal_distribution<float> noise(0, 3);
  for (const float nothing : {NAN, INFINITY, -INFINITY}) {
    CAPTURE(nothing);
    for (const bool with_air : {false, true}) {
      Volume<float> scan({100, 100, 20});
      double rock = 0;
      double outside = 0;
      for (std::int64_t z = 0; z < 20; ++z) {
        for (std::int64_t y = 0; y < 100; ++y) {
          for (std::int64_t x = 0; x < 100; ++x) {
            const double r =
                std::hypot(static_cast<double>(x) - 49.5, static_cast<double>(y) - 49.5);
            const bool hole = z > 8 && z < 12 && r < 3;
            const bool is_rock = !hole && r < (with_air ? 35 : 45);
            scan(x, y, z) = r >= 45 || hole ? nothing : (is_rock ? 200.0F : 20.0F) + noise(random);
            rock += is_rock ? 1 : 0;
            outside += r >= 45 || hole ? 1 : 0;
          }
        }
      }
      Progress silent;
      const CoreVolume core = measure_core(test::source_of(scan), silent);
      CHECK(core.has_air);
      CHECK(core.share == doctest::Approx(rock / 200'000));
      CHECK(core.share_not_finite == doctest::Approx(outside / 200'000));
      CHECK(core.rock(50, 50, 10) == 0);
    }
  }
}

}  // namespace
}  // namespace fossilct
