// SPDX-License-Identifier: Apache-2.0
#include "filters/distance_transform.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using Mask = Volume<std::uint8_t>;

template <typename Value>
Mask mask_where(const Size3& size, Value&& is_in) {
  Mask mask(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        mask(x, y, z) = is_in(x, y, z) ? 1 : 0;
      }
    }
  }
  return mask;
}

Mask random_mask(const Size3& size, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution is_in(share);
  return mask_where(size, [&](auto...) { return is_in(random); });
}

template <typename Length>
double squared(Length length) {
  return static_cast<double>(length) * static_cast<double>(length);
}

// By looking at every pair of voxels.
double nearest(const Mask& mask, const Index3& from, const DistanceOptions& options) {
  double best = squared(options.limit);
  for (std::int64_t z = 0; z < mask.size().z; ++z) {
    for (std::int64_t y = 0; y < mask.size().y; ++y) {
      for (std::int64_t x = 0; x < mask.size().x; ++x) {
        if ((mask(x, y, z) != 0) == (options.to == DistanceTo::mask)) {
          best = std::min(best, squared(static_cast<double>(x - from.x) * options.spacing.x) +
                                    squared(static_cast<double>(y - from.y) * options.spacing.y) +
                                    squared(static_cast<double>(z - from.z) * options.spacing.z));
        }
      }
    }
  }
  return best;
}

// The largest relative error against nearest().
double largest_error(const Mask& mask, const DistanceOptions& options) {
  const Volume<float> distances = squared_distance_transform(mask.view(), options);
  double largest = 0;
  for (std::int64_t z = 0; z < mask.size().z; ++z) {
    for (std::int64_t y = 0; y < mask.size().y; ++y) {
      for (std::int64_t x = 0; x < mask.size().x; ++x) {
        const double expected = nearest(mask, {x, y, z}, options);
        const double error = std::abs(static_cast<double>(distances(x, y, z)) - expected);
        largest = std::max(largest, error == 0 ? 0 : error / expected);
      }
    }
  }
  return largest;
}

TEST_CASE("every pair of voxels gives the same distances") {
  unsigned seed = 0;
  for (const Size3& size : {Size3{13, 11, 9}, Size3{1, 17, 5}, Size3{35, 2, 3}, Size3{1, 1, 1}}) {
    for (const double share : {0.003, 0.1, 0.9}) {
      const Mask mask = random_mask(size, share, ++seed);
      if (nearest(mask, {0, 0, 0}, {}) < 1e9) {
        CHECK(largest_error(mask, {}) == 0);
        CHECK(largest_error(mask, {.spacing = {0.7, 0.7, 2.3}}) < 3e-7);
        CHECK(largest_error(mask, {.spacing = {3, 0.01, 1}}) < 3e-7);
      }
      CHECK(largest_error(mask, {.limit = 3.5}) == 0);
      CHECK(largest_error(mask, {.to = DistanceTo::background, .limit = 6}) == 0);
    }
  }
}

TEST_CASE("a plane: the distance along its normal, in the unit of the spacing") {
  const Mask plane = mask_where({20, 15, 40}, [](auto, auto, std::int64_t z) { return z == 7; });
  const Volume<float> distances =
      squared_distance_transform(plane.view(), {.spacing = {1, 1, 2.5}});
  CHECK(distances(3, 4, 39) == 6400);
  CHECK(distances(19, 0, 7) == 0);
  CHECK(distances(0, 14, 3) == 100);
}

TEST_CASE("a ball: how deep its middle is, and how far the corner is from it") {
  constexpr std::int64_t radius = 12, centre = 15;
  const Mask ball = mask_where({31, 31, 31}, [](auto x, auto y, auto z) {
    return squared(x - centre) + squared(y - centre) + squared(z - centre) <= squared(radius);
  });
  const Volume<float> depth =
      squared_distance_transform(ball.view(), {.to = DistanceTo::background});
  CHECK(depth(centre, centre, centre) == 145);  // (1, 0, 12): the first beyond 144
  CHECK(depth(centre, centre, centre + radius) == 1);
  CHECK(depth(0, 0, 0) == 0);
  const Volume<float> away = squared_distance_transform(ball.view(), {});
  const double expected = std::sqrt(3.0) * centre - radius;
  CHECK(std::sqrt(away(0, 0, 0)) == doctest::Approx(expected).epsilon(0.05));
}

TEST_CASE("where there is nothing to lead to, and where all is mask") {
  const Mask empty(Size3{4, 5, 6});
  CHECK(std::isinf(squared_distance_transform(empty.view(), {})(3, 2, 1)));
  CHECK(squared_distance_transform(empty.view(), {.limit = 8})(3, 2, 1) == 64);
  CHECK(squared_distance_transform(empty.view(), {.to = DistanceTo::background})(3, 2, 1) == 0);
  CHECK(squared_distance_transform(Mask(Size3{0, 5, 6}).view(), {}).size() == Size3{0, 5, 6});
}

TEST_CASE("a piece with a halo as wide as the limit has the distances of the whole, to the bit") {
  const Mask mask = random_mask({40, 30, 50}, 0.002, 5);
  DistanceOptions options = {.limit = 7};
  const Volume<float> all = squared_distance_transform(mask.view(), options);
  const Box piece = {{10, 8, 20}, {25, 20, 31}};
  const Box with_halo = {{3, 1, 13}, {32, 27, 38}};
  const Volume<float> some = squared_distance_transform(mask.view().part(with_halo), options);
  const auto read = some.view().part({{7, 7, 7}, {22, 19, 18}});
  for (std::int64_t z = piece.begin.z; z < piece.end.z; ++z) {
    for (std::int64_t y = piece.begin.y; y < piece.end.y; ++y) {
      for (std::int64_t x = piece.begin.x; x < piece.end.x; ++x) {
        REQUIRE(read(x - piece.begin.x, y - piece.begin.y, z - piece.begin.z) == all(x, y, z));
      }
    }
  }
}

TEST_CASE("threads do not change a bit") {
  const Mask mask = random_mask({61, 47, 33}, 0.001, 9);
  DistanceOptions options = {.spacing = {0.71, 0.71, 1.3}};
  const Volume<float> one = squared_distance_transform(mask.view(), options);
  options.threads = 3;
  CHECK(test::same_voxels(one, squared_distance_transform(mask.view(), options)));
}

}  // namespace
}  // namespace fossilct
