// SPDX-License-Identifier: Apache-2.0
#include "segment/tiles.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace fossilct {
namespace {

TEST_CASE("what fits is one tile") {
  CHECK(tiles_along(1, 64, 32) == std::vector<TileSpan>{{0, 1}});
  CHECK(tiles_along(64, 64, 32) == std::vector<TileSpan>{{0, 64}});
}

TEST_CASE("tiles cover all, overlap by half and are no longer than they may be") {
  for (const std::int64_t length : {65, 96, 100, 127, 128, 500, 983, 1004, 4001}) {
    for (const std::int64_t most : {64, 100, 512}) {
      if (length <= most) {
        continue;
      }
      const auto tiles = tiles_along(length, most, 32);
      CAPTURE(length);
      CAPTURE(most);
      CHECK(tiles.front().begin == 0);
      CHECK(tiles.back().end == length);
      for (std::size_t i = 0; i < tiles.size(); ++i) {
        CHECK(tiles[i].length() <= most);
        CHECK(tiles[i].length() == tiles[0].length());
        if (i > 0) {
          // But for rounding, half of a tile.
          CHECK(2 * (tiles[i].begin - tiles[i - 1].begin) <= tiles[i].length() + 1);
        }
      }
    }
  }
}

TEST_CASE("no more tiles than needed") {
  CHECK(tiles_along(1200, 1024, 32).size() == 2);
  CHECK(tiles_along(1200, 1024, 32)[0].length() == 800);
}

TEST_CASE("weights are a symmetric Gaussian of deviation length / 8") {
  const auto weights = tile_weights(64);
  REQUIRE(weights.size() == 64);
  CHECK(std::equal(weights.begin(), weights.end(), weights.rbegin()));
  CHECK(weights[31] == doctest::Approx(std::exp(-0.5 * 0.25 / 64)));
  CHECK(weights[0] == doctest::Approx(std::exp(-0.5 * 31.5 * 31.5 / 64)));
}

}  // namespace
}  // namespace fossilct
