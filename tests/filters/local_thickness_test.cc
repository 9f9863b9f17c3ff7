// SPDX-License-Identifier: Apache-2.0
#include "filters/local_thickness.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace fossilct {
namespace {

// 1 where inside(x, y, z).
template <typename Inside>
Volume<std::uint8_t> mask_of(const Size3& size, const Inside& inside) {
  Volume<std::uint8_t> mask(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        mask(x, y, z) = inside(x, y, z) ? 1 : 0;
      }
    }
  }
  return mask;
}

Volume<std::uint8_t> ball(const Size3& size, const Vector3& centre, double radius,
                          const Vector3& spacing) {
  return mask_of(size, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return std::hypot((static_cast<double>(x) - centre.x) * spacing.x,
                      (static_cast<double>(y) - centre.y) * spacing.y,
                      (static_cast<double>(z) - centre.z) * spacing.z) <= radius;
  });
}

float largest(const Volume<float>& values) {
  return *std::max_element(values.data(), values.data() + voxel_count(values.size()));
}

}  // namespace

TEST_CASE("a plate across an axis is as thick as it is, half a voxel more or less") {
  for (std::int64_t n = 2; n <= 9; ++n) {
    CAPTURE(n);
    const auto plate = mask_of({41, 41, 21}, [n](std::int64_t, std::int64_t, std::int64_t z) {
      return z >= 5 && z < 5 + n;
    });
    const Volume<float> thickness = local_thickness(plate.view(), {1, 1, 1});
    const double expected = static_cast<double>(n) + (n % 2 == 1 ? 0.5 : -0.5);
    CHECK(thickness(20, 20, 5) == doctest::Approx(expected));
    CHECK(thickness(20, 20, 5 + n - 1) == doctest::Approx(expected));
    CHECK(thickness(20, 20, 4) == 0);
    CHECK(thickness(20, 20, 5 + n) == 0);
  }
}

TEST_CASE("every voxel of a ball is as thick as the ball, in the unit of an uneven spacing") {
  const Vector3 spacing{1, 2, 1.5};
  const double radius = 20;
  const auto mask = ball({51, 31, 41}, {25, 15, 20}, radius, spacing);
  const Volume<float> thickness = local_thickness(mask.view(), spacing);
  CHECK(thickness(25, 15, 20) == doctest::Approx(2 * radius).epsilon(0.05));
  // Voxels at the surface are held by the ball too, or by one hardly smaller.
  std::int64_t inside = 0, thick = 0;
  for (std::int64_t i = 0; i < voxel_count(mask.size()); ++i) {
    inside += mask.data()[i];
    thick += thickness.data()[i] > 0.85 * 2 * radius ? 1 : 0;
    REQUIRE((thickness.data()[i] > 0) == (mask.data()[i] != 0));
  }
  CHECK(static_cast<double>(thick) > 0.95 * static_cast<double>(inside));
}

TEST_CASE("a thin bridge between two balls is thin, and the balls stay thick") {
  const Vector3 spacing{1, 1, 1};
  const auto left = ball({61, 25, 25}, {14, 12, 12}, 9, spacing);
  const auto right = ball({61, 25, 25}, {46, 12, 12}, 7, spacing);
  const auto all = mask_of({61, 25, 25}, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const bool bridge = x >= 14 && x <= 46 && std::abs(y - 12) <= 1 && std::abs(z - 12) <= 1;
    return bridge || left(x, y, z) != 0 || right(x, y, z) != 0;
  });
  const Volume<float> thickness = local_thickness(all.view(), spacing);
  CHECK(thickness(14, 12, 12) == doctest::Approx(18).epsilon(0.08));
  CHECK(thickness(46, 12, 12) == doctest::Approx(14).epsilon(0.08));
  CHECK(thickness(31, 12, 12) < 4.1);
  CHECK(thickness(31, 12, 12) > 2.4);
  CHECK(largest(thickness) == thickness(14, 12, 12));
}

TEST_CASE(
    "a mask that fills the volume is at least as thick as the volume, an empty one not at all") {
  const auto full =
      mask_of({9, 9, 9}, [](std::int64_t, std::int64_t, std::int64_t) { return true; });
  const Volume<float> thickness = local_thickness(full.view(), {1, 1, 1});
  CHECK(*std::min_element(thickness.data(), thickness.data() + 729) >= 9);
  const Volume<std::uint8_t> empty({5, 4, 3});
  CHECK(largest(local_thickness(empty.view(), {1, 1, 1})) == 0);
}

}  // namespace fossilct
