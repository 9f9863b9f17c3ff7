// SPDX-License-Identifier: Apache-2.0
#include "filters/closing.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "filters/shapes.h"

namespace fossilct {
namespace {

using test::Ball;
using test::count_inside;
using test::equal;
using test::mask_where;
using Mask = Volume<std::uint8_t>;

// By the definition: not within a ball, centred at any voxel or beyond, that holds none of the
// mask.
Mask closed_by_looking(const Mask& mask, const Vector3& spacing, double radius) {
  const auto near = [&](const Index3& from, auto&& meets) {
    const auto reach =
        static_cast<std::int64_t>(radius / std::min({spacing.x, spacing.y, spacing.z}));
    for (std::int64_t z = -reach; z <= reach; ++z) {
      for (std::int64_t y = -reach; y <= reach; ++y) {
        for (std::int64_t x = -reach; x <= reach; ++x) {
          const double squared = test::squared_distance(
              {static_cast<double>(x) * spacing.x, static_cast<double>(y) * spacing.y,
               static_cast<double>(z) * spacing.z},
              {});
          if (squared <= radius * radius && meets({from.x + x, from.y + y, from.z + z})) {
            return true;
          }
        }
      }
    }
    return false;
  };
  const auto is_set = [&](const Index3& at) {
    const Size3& size = mask.size();
    return at.x >= 0 && at.y >= 0 && at.z >= 0 && at.x < size.x && at.y < size.y && at.z < size.z &&
           mask(at.x, at.y, at.z) != 0;
  };
  Mask closed(mask.size());
  for (std::int64_t z = 0; z < mask.size().z; ++z) {
    for (std::int64_t y = 0; y < mask.size().y; ++y) {
      for (std::int64_t x = 0; x < mask.size().x; ++x) {
        const bool in_free_ball =
            near({x, y, z}, [&](const Index3& centre) { return !near(centre, is_set); });
        closed(x, y, z) = in_free_ball ? 0 : 1;
      }
    }
  }
  return closed;
}

TEST_CASE("closing follows its definition, at the border and with anisotropic spacing") {
  std::mt19937 random(3);
  for (const Vector3& spacing : {Vector3{1, 1, 1}, Vector3{1, 1.5, 2.5}}) {
    for (const double radius : {1.0, 2.0, 2.5}) {
      const Mask mask = mask_where({9, 8, 7}, spacing, [&](auto) { return random() % 12 == 0; });
      CHECK(equal(closed_by_balls(mask.view(), spacing, radius),
                  closed_by_looking(mask, spacing, radius)));
    }
  }
}

TEST_CASE("closing fills a slit that is narrower than the ball, in um and not in voxels") {
  const auto without_plane = [](const Vector3& spacing, auto&& on_plane) {
    return mask_where({21, 21, 21}, spacing, [&](const Vector3& p) { return !on_plane(p); });
  };
  const Vector3 spacing{1, 1, 4};
  const Mask across_x = without_plane(spacing, [](const Vector3& p) { return p.x == 10; });
  const Mask across_z = without_plane(spacing, [](const Vector3& p) { return p.z == 40; });
  // Balls that come from beyond the volume still reach the slit's rim.
  const auto middle = [](const Mask& mask) { return mask(10, 10, 10); };
  CHECK(middle(closed_by_balls(across_x.view(), spacing, 1.5)) == 1);
  CHECK(middle(closed_by_balls(across_z.view(), spacing, 1.5)) == 0);
  CHECK(middle(closed_by_balls(across_z.view(), spacing, 4)) == 1);
}

TEST_CASE("closing loses nothing, adds nothing to a box, and is done after the first time") {
  const Mask box = mask_where({16, 14, 12}, {1, 1, 1}, [](const Vector3& p) {
    return p.x > 2 && p.x < 13 && p.y > 2 && p.y < 11 && p.z > 2 && p.z < 9;
  });
  CHECK(equal(closed_by_balls(box.view(), {1, 1, 1}, 3), box));
  const Ball a{{7, 8, 9}, 5};
  const Ball b{{17, 9, 9}, 5};
  const Mask pair = mask_where({25, 18, 19}, {1, 1, 1},
                               [&](const Vector3& p) { return a.contains(p) || b.contains(p); });
  const Mask closed = closed_by_balls(pair.view(), {1, 1, 1}, 3);
  CHECK(count_inside(closed) > count_inside(pair));
  for (std::int64_t i = 0; i < voxel_count(pair.size()); ++i) {
    REQUIRE(closed.data()[i] >= pair.data()[i]);
  }
  CHECK(equal(closed_by_balls(closed.view(), {1, 1, 1}, 3), closed));
  CHECK(equal(closed_by_balls(pair.view(), {1, 1, 1}, 0), pair));
}

TEST_CASE("a ball that rolls in from beyond is kept out by openings narrower than it") {
  const Ball outer{{15, 15, 15}, 12};
  const Ball inner{{15, 15, 15}, 10};
  const auto in_ball = [&](const Vector3& p) { return outer.contains(p); };
  const Mask ball = mask_where({31, 31, 31}, {1, 1, 1}, in_ball);
  const Mask shell = mask_where({31, 31, 31}, {1, 1, 1}, [&](const Vector3& p) {
    const bool pore = p.x < 15 && std::hypot(p.y - 15, p.z - 15) < 2.5;
    return in_ball(p) && !inner.contains(p) && !pore;
  });
  CHECK(count_inside(sealed_by_ball(shell.view(), {1, 1, 1}, 1)) < count_inside(ball) / 2);
  const std::int64_t sealed = count_inside(sealed_by_ball(shell.view(), {1, 1, 1}, 4));
  CHECK(sealed <= count_inside(ball));
  // The ball reaches a little way into the pore.
  CHECK(sealed > count_inside(ball) - 60);
  CHECK(equal(sealed_by_ball(ball.view(), {1, 1, 1}, 4), ball));
  CHECK(equal(sealed_by_ball(shell.view(), {1, 1, 1}, 0), holes_filled(shell.view())));
}

TEST_CASE("holes are what faces do not lead out of") {
  const Ball outer{{10, 10, 10}, 8};
  const Ball inner{{10, 10, 10}, 6};
  const Mask ball =
      mask_where({21, 21, 21}, {1, 1, 1}, [&](const Vector3& p) { return outer.contains(p); });
  Mask shell = mask_where({21, 21, 21}, {1, 1, 1}, [&](const Vector3& p) {
    return outer.contains(p) && !inner.contains(p);
  });
  CHECK(equal(holes_filled(shell.view()), ball));
  for (std::int64_t x = 0; x < 10; ++x) {
    shell(x, 10, 10) = 0;  // a pore
  }
  CHECK(equal(holes_filled(shell.view()), shell));
  Mask corner(Size3{2, 2, 1});  // two voxels that touch by an edge, and their gaps
  corner(0, 0, 0) = corner(1, 1, 0) = 7;
  CHECK(count_inside(holes_filled(corner.view())) == 2);
  CHECK(holes_filled(corner.view())(0, 0, 0) == 1);
}

}  // namespace
}  // namespace fossilct
