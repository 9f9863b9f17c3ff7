// SPDX-License-Identifier: Apache-2.0
#include "specimens/core_volume.h"

#include <doctest/doctest.h>

#include <numbers>

#include "volumes/memory_source.h"

namespace fossilct {
namespace {

TEST_CASE("a cylinder in air, with a hollow that counts as core") {
  const double radius = 100;
  Volume<std::uint16_t> scan({240, 240, 20});
  for (std::int64_t z = 0; z < 20; ++z) {
    for (std::int64_t y = 0; y < 240; ++y) {
      for (std::int64_t x = 0; x < 240; ++x) {
        const double dx = static_cast<double>(x) - 119.5;
        const double dy = static_cast<double>(y) - 119.5;
        const bool rock = dx * dx + dy * dy < radius * radius;
        const bool hollow = std::abs(dx) < 20 && std::abs(dy) < 20 && z > 3 && z < 16;
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

}  // namespace
}  // namespace fossilct
