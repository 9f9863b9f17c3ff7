// SPDX-License-Identifier: Apache-2.0
#include "specimens/split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "filters/shapes.h"
#include "support.h"

namespace fossilct {
namespace {

using test::Ball;
using test::mask_where;
using Mask = Volume<std::uint8_t>;

int parts_of(const Mask& mask, const Vector3& spacing, const SplitOptions& options = {}) {
  return split_body(mask.view(), spacing, options).count;
}

// Balls along x, whose box is the volume.
template <typename Inside>
Mask in_box(const Vector3& extent, const Vector3& spacing, Inside&& is_in) {
  return mask_where({static_cast<std::int64_t>(extent.x / spacing.x) + 1,
                     static_cast<std::int64_t>(extent.y / spacing.y) + 1,
                     static_cast<std::int64_t>(extent.z / spacing.z) + 1},
                    spacing, is_in);
}

Mask ball_mask(double radius, const Vector3& spacing) {
  const Ball ball{{radius, radius, radius}, radius};
  return in_box({2 * radius, 2 * radius, 2 * radius}, spacing,
                [&](const Vector3& p) { return ball.contains(p); });
}

// Radii 14 and 9, touching.
const Ball large{{14, 14, 14}, 14};
const Ball small{{36.5, 14, 14}, 9};
Mask touching_balls(const Vector3& spacing) {
  return in_box({46, 28, 28}, spacing,
                [](const Vector3& p) { return large.contains(p) || small.contains(p); });
}

// A dumbbell: two balls of radius 12 joined by a bar.
Mask dumbbell(double bar_radius) {
  const Ball left{{12, 12, 12}, 12};
  const Ball right{{48, 12, 12}, 12};
  return in_box({60, 24, 24}, {1, 1, 1}, [&](const Vector3& p) {
    const double off = std::hypot(p.y - 12, p.z - 12);
    return left.contains(p) || right.contains(p) || (off <= bar_radius && p.x > 12 && p.x < 48);
  });
}

bool shell_at(const Ball& ball, const Vector3& p) {
  const Ball lumen{ball.centre, ball.radius - 2.5};
  const bool pore = p.x < ball.centre.x && std::hypot(p.y - ball.centre.y, p.z - ball.centre.z) < 2;
  return ball.contains(p) && !lumen.contains(p) && !pore;
}

const Vector3 spacings[] = {{1, 1, 1}, {1, 1, 2}, {2, 1, 1.25}};

TEST_CASE("whole bodies stay whole") {
  for (const Vector3& spacing : spacings) {
    CHECK(parts_of(ball_mask(15, spacing), spacing) == 1);
    const Mask ellipsoid = in_box({60, 24, 16}, spacing, [](const Vector3& p) {
      return std::hypot((p.x - 30) / 30, (p.y - 12) / 12, (p.z - 8) / 8) <= 1;
    });
    CHECK(parts_of(ellipsoid, spacing) == 1);
    const Mask torus = in_box({48, 48, 16}, spacing, [](const Vector3& p) {
      return std::hypot(std::hypot(p.x - 24, p.y - 24) - 16, p.z - 8) <= 8;
    });
    CHECK(parts_of(torus, spacing) == 1);
    const Mask box = in_box({50, 20, 20}, spacing, [](const Vector3&) { return true; });
    CHECK(parts_of(box, spacing) == 1);
  }
}

TEST_CASE("touching balls come apart where they touch, whatever the spacing") {
  for (const Vector3& spacing : spacings) {
    const Mask mask = touching_balls(spacing);
    const BodyParts parts = split_body(mask.view(), spacing, {});
    REQUIRE(parts.count == 2);
    std::int64_t wrong = 0;
    for (std::int64_t z = 0; z < mask.size().z; ++z) {
      for (std::int64_t y = 0; y < mask.size().y; ++y) {
        for (std::int64_t x = 0; x < mask.size().x; ++x) {
          REQUIRE((parts.parts(x, y, z) != 0) == (mask(x, y, z) != 0));
          const Vector3 p{static_cast<double>(x) * spacing.x, static_cast<double>(y) * spacing.y,
                          static_cast<double>(z) * spacing.z};
          // The large one comes first in raster order.
          wrong += large.contains(p) && parts.parts(x, y, z) != 1 ? 1 : 0;
          wrong += small.contains(p) && !large.contains(p) && parts.parts(x, y, z) != 2 ? 1 : 0;
        }
      }
    }
    CHECK(static_cast<double>(wrong) < 0.01 * static_cast<double>(test::count_inside(mask)));
  }
}

TEST_CASE("a dumbbell comes apart at a thin bar and not at a thick one") {
  CHECK(parts_of(dumbbell(3), {1, 1, 1}) == 2);
  CHECK(parts_of(dumbbell(10), {1, 1, 1}) == 1);
}

TEST_CASE("neither a spine nor a wart is a fossil of its own") {
  const Ball ball{{14, 14, 14}, 14};
  const Ball wart{{31, 14, 14}, 3.5};
  const Mask mask = in_box({60, 28, 28}, {1, 1, 1}, [&](const Vector3& p) {
    const bool spine = std::hypot(p.x - 14, p.y - 14) <= 1.5 && p.z > 14;
    return ball.contains(p) || wart.contains(p) || spine;
  });
  CHECK(parts_of(mask, {1, 1, 1}) == 1);
}

TEST_CASE("a test that is only wall does not fall into chambers, and parts from its neighbour") {
  const Ball left{{20, 20, 20}, 20};
  const Ball right{{58.5, 20, 20}, 19};
  const Mask one =
      in_box({40, 40, 40}, {1, 1, 1}, [&](const Vector3& p) { return shell_at(left, p); });
  CHECK(parts_of(one, {1, 1, 1}) == 1);
  // Two chambers in a row, their lumina open to each other and to the outside.
  const Ball chamber{{44, 20, 20}, 16};
  const Mask chambers = in_box({60, 40, 40}, {1, 1, 1}, [&](const Vector3& p) {
    const Ball lumen{left.centre, left.radius - 2.5};
    return shell_at(left, p) || (shell_at(chamber, p) && !lumen.contains(p));
  });
  CHECK(parts_of(chambers, {1, 1, 1}) == 1);
  const Mask two = in_box({78, 40, 40}, {1, 1, 1}, [&](const Vector3& p) {
    return shell_at(left, p) || shell_at(right, p);
  });
  CHECK(parts_of(two, {1, 1, 1}) == 2);
}

TEST_CASE("modes and depth") {
  SplitOptions options;
  options.mode = SplitMode::none;
  CHECK(parts_of(touching_balls({1, 1, 1}), {1, 1, 1}, options) == 1);
  options.mode = SplitMode::always;
  CHECK(parts_of(touching_balls({1, 1, 1}), {1, 1, 1}, options) == 2);
  // A waist too wide for a neck, at which the depth falls from 12 to 8.
  CHECK(parts_of(dumbbell(8), {1, 1, 1}) == 1);
  options.depth = 0.2;
  CHECK(parts_of(dumbbell(8), {1, 1, 1}, options) == 2);
  options.depth = 0.6;
  CHECK(parts_of(dumbbell(8), {1, 1, 1}, options) == 1);
}

TEST_CASE("a chain falls into each of its links, numbered as they are met") {
  std::vector<Ball> chain;
  for (int i = 0; i < 5; ++i) {
    chain.push_back({{9.0 + 17.5 * i, 9, 9}, 9});
  }
  const Mask mask = in_box({88, 18, 18}, {1, 1, 1}, [&](const Vector3& p) {
    return std::any_of(chain.begin(), chain.end(), [&](const Ball& b) { return b.contains(p); });
  });
  const BodyParts parts = split_body(mask.view(), {1, 1, 1}, {});
  CHECK(parts.count == 5);
  std::uint32_t next = 1;
  for (std::int64_t i = 0; i < voxel_count(mask.size()); ++i) {
    REQUIRE(parts.parts.data()[i] <= next);
    next += parts.parts.data()[i] == next ? 1 : 0;
  }
  CHECK(next == 6);
}

TEST_CASE("nothing and a single voxel") {
  CHECK(parts_of(Mask(Size3{3, 3, 3}), {1, 1, 1}) == 0);
  const Mask voxel = mask_where({1, 1, 1}, {1, 1, 1}, [](const Vector3&) { return true; });
  CHECK(parts_of(voxel, {1, 1, 1}) == 1);
}

TEST_CASE("options are held to their ranges, modes to their names") {
  SplitOptions options;
  for (const double depth : {0.0, 1.0, std::nan("")}) {
    options.depth = depth;
    CHECK(test::message_of<Error>([&] { options.check(); }).find("--split-depth") !=
          std::string::npos);
  }
  for (const SplitMode mode : {SplitMode::none, SplitMode::automatic, SplitMode::always}) {
    CHECK(split_mode_from_name(name_of(mode)) == mode);
  }
  CHECK_FALSE(split_mode_from_name("automatic").has_value());
}

}  // namespace
}  // namespace fossilct
