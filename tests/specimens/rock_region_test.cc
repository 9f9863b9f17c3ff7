// SPDX-License-Identifier: Apache-2.0
#include "specimens/rock_region.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "base/error.h"

namespace fossilct {
namespace {

// Voxel by voxel: the box with a cell's edge around it, in whole cells of rock only.
bool held(const Volume<std::uint8_t>& rock, std::int64_t edge, const Box& box) {
  const Size3 reach = {rock.size().x * edge, rock.size().y * edge, rock.size().z * edge};
  const Box around = {{box.begin.x - edge, box.begin.y - edge, box.begin.z - edge},
                      {box.end.x + edge, box.end.y + edge, box.end.z + edge}};
  if (!whole(reach).contains(around)) {
    return false;
  }
  for (std::int64_t z = around.begin.z; z < around.end.z; ++z) {
    for (std::int64_t y = around.begin.y; y < around.end.y; ++y) {
      for (std::int64_t x = around.begin.x; x < around.end.x; ++x) {
        if (rock(x / edge, y / edge, z / edge) == 0) {
          return false;
        }
      }
    }
  }
  return true;
}

void check_against_definition(RockRegion& region, const Volume<std::uint8_t>& rock,
                              std::int64_t edge, const Size3& scan, const Size3& size) {
  CAPTURE(size.x);
  CAPTURE(size.y);
  CAPTURE(size.z);
  double places = 0;
  for (std::int64_t z = 0; z + size.z <= scan.z; ++z) {
    for (std::int64_t y = 0; y + size.y <= scan.y; ++y) {
      for (std::int64_t x = 0; x + size.x <= scan.x; ++x) {
        const Box box = {{x, y, z}, {x + size.x, y + size.y, z + size.z}};
        const bool truth = held(rock, edge, box);
        places += truth ? 1 : 0;
        if (region.holds(box) != truth) {
          FAIL("holds() errs at " << x << " " << y << " " << z);
        }
      }
    }
  }
  CHECK(region.places(size) == places);
}

TEST_CASE("places of a box, counted voxel by voxel, in cells of one voxel and of several") {
  std::mt19937 random(3);
  for (const std::int64_t edge : {1, 2, 4}) {
    CAPTURE(edge);
    const Size3 scan = {71 * edge + edge - 1, 6 * edge, 5 * edge + edge / 2};
    Volume<std::uint8_t> rock({71, 6, 5});
    std::fill_n(rock.data(), voxel_count(rock.size()), std::uint8_t{1});
    for (int hole = 0; hole < 5; ++hole) {
      rock.data()[random() % static_cast<unsigned>(voxel_count(rock.size()))] = 0;
    }
    RockRegion region(scan, rock);
    check_against_definition(region, rock, edge, scan, {1, 1, 1});
    check_against_definition(region, rock, edge, scan, {3, 2, 1});
    check_against_definition(region, rock, edge, scan, {5 * edge, 2, 3});
    check_against_definition(region, rock, edge, scan, {66 * edge + 1, 1, 1});
    CHECK(region.places({80 * edge, 1, 1}) == 0);
  }
}

TEST_CASE("without cells all is rock, but a voxel along the scan's faces") {
  RockRegion region({20, 30, 40});
  CHECK(region.places({3, 4, 5}) == 16 * 25 * 34);
  CHECK(region.holds({{1, 1, 1}, {19, 29, 39}}));
  CHECK_FALSE(region.holds({{0, 1, 1}, {5, 5, 5}}));
  CHECK_FALSE(region.holds({{1, 1, 1}, {5, 5, 40}}));
  CHECK(region.places({19, 1, 1}) == 0);
  CHECK_THROWS_AS(RockRegion({7, 8, 8}, Volume<std::uint8_t>({4, 4, 4})), Error);
}

}  // namespace
}  // namespace fossilct
