// SPDX-License-Identifier: Apache-2.0
#include "filters/watershed.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "filters/distance_transform.h"
#include "filters/shapes.h"

namespace fossilct {
namespace {

using test::Ball;
using test::mask_where;

// A line of voxels along x with a rim around it.
Volume<float> profile(const std::vector<float>& heights) {
  Volume<float> volume({static_cast<std::int64_t>(heights.size()) + 2, 3, 3});
  std::copy(heights.begin(), heights.end(), volume.view().row(1, 1) + 1);
  return volume;
}

std::vector<std::int64_t> peak_places(const std::vector<float>& heights, double height) {
  std::vector<std::int64_t> places;
  for (const Index3& peak :
       peaks_that_stand_out(profile(heights).view(), height, Connectivity::corners)) {
    places.push_back(peak.x - 1);
  }
  return places;
}

Volume<float> depth_of(const Volume<std::uint8_t>& mask, const Vector3& spacing) {
  Volume<float> depth =
      squared_distance_transform(mask.view(), {.to = DistanceTo::background, .spacing = spacing});
  for (std::int64_t i = 0; i < voxel_count(depth.size()); ++i) {
    depth.data()[i] = std::sqrt(depth.data()[i]);
  }
  return depth;
}

TEST_CASE("a peak stands out by its height above the way to a higher one") {
  using Places = std::vector<std::int64_t>;
  const std::vector<float> hills = {2, 5, 3, 8, 7, 7.5F, 1, 6};
  CHECK(peak_places(hills, 0.4) == Places{1, 3, 5, 7});
  CHECK(peak_places(hills, 1) == Places{1, 3, 7});
  CHECK(peak_places(hills, 2.5) == Places{3, 7});
  CHECK(peak_places(hills, 6) == Places{3});
}

TEST_CASE("of equal peaks the first is the higher; a plateau is one peak; pieces each have one") {
  using Places = std::vector<std::int64_t>;
  CHECK(peak_places({4, 2, 4, 2, 4}, 1) == Places{0, 2, 4});
  CHECK(peak_places({4, 2, 4, 2, 4}, 3) == Places{0});
  CHECK(peak_places({1, 4, 4, 4, 1}, 1) == Places{1});
  CHECK(peak_places({9, 0, 1, 0, -2, 3}, 5) == Places{0, 2, 5});
  CHECK(peak_places({0, 0, 0}, 1).empty());
}

TEST_CASE("neighbours are those of the connectivity") {
  Volume<float> two({5, 5, 5});
  two(1, 1, 1) = 2;
  two(2, 2, 1) = 3;
  const auto count = [&](Connectivity connectivity) {
    return peaks_that_stand_out(two.view(), 9, connectivity).size();
  };
  CHECK(count(Connectivity::faces) == 2);
  CHECK(count(Connectivity::edges) == 1);
  two(2, 2, 1) = 0;
  two(2, 2, 2) = 3;
  CHECK(count(Connectivity::edges) == 2);
  CHECK(count(Connectivity::corners) == 1);
}

TEST_CASE("two overlapping balls part at the plane between them, whatever the spacing") {
  for (const Vector3& spacing : {Vector3{1, 1, 1}, Vector3{1, 1, 2.5}, Vector3{2, 1, 1.25}}) {
    const Ball a{{14, 13, 13}, 10};
    const Ball b{{30, 13, 13}, 10};
    const Size3 size{static_cast<std::int64_t>(44 / spacing.x) + 1,
                     static_cast<std::int64_t>(26 / spacing.y) + 1,
                     static_cast<std::int64_t>(26 / spacing.z) + 1};
    const auto mask =
        mask_where(size, spacing, [&](const Vector3& p) { return a.contains(p) || b.contains(p); });
    const Volume<float> depth = depth_of(mask, spacing);
    const auto peaks = peaks_that_stand_out(depth.view(), 1.5, Connectivity::corners);
    REQUIRE(peaks.size() == 2);
    const auto basins = watershed(depth.view(), peaks, Connectivity::corners);
    std::int64_t wrong = 0, inside = 0;
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        for (std::int64_t x = 0; x < size.x; ++x) {
          REQUIRE((basins(x, y, z) != 0) == (mask(x, y, z) != 0));
          const double off = static_cast<double>(x) * spacing.x - 22;
          const std::uint32_t left = basins(static_cast<std::int64_t>(14 / spacing.x),
                                            static_cast<std::int64_t>(13 / spacing.y),
                                            static_cast<std::int64_t>(13 / spacing.z));
          if (mask(x, y, z) != 0 && std::abs(off) > 0.5 * spacing.x) {
            ++inside;
            wrong += (basins(x, y, z) == left) != (off < 0) ? 1 : 0;
          }
        }
      }
    }
    CHECK(static_cast<double>(wrong) < 0.01 * static_cast<double>(inside));
  }
}

TEST_CASE("a plateau is shared from both sides; what no seed reaches stays 0") {
  const Volume<float> flat = profile({3, 2, 2, 2, 2, 3, 0, 5});
  const auto basins = watershed(flat.view(), {{6, 1, 1}, {1, 1, 1}}, Connectivity::faces);
  const std::uint32_t* const row = basins.view().row(1, 1) + 1;
  CHECK(std::vector<std::uint32_t>(row, row + 8) ==
        std::vector<std::uint32_t>{2, 2, 2, 1, 1, 1, 0, 0});
}

TEST_CASE("hills that do not stand out are flooded from those that do") {
  const std::vector<float> heights = {9, 4, 5, 4, 1, 3, 8};
  const Volume<float> volume = profile(heights);
  const auto basins = watershed(volume.view(), {{1, 1, 1}, {7, 1, 1}}, Connectivity::corners);
  const std::uint32_t* const row = basins.view().row(1, 1) + 1;
  CHECK(std::vector<std::uint32_t>(row, row + 4) == std::vector<std::uint32_t>{1, 1, 1, 1});
  CHECK(row[5] == 2);
  CHECK(row[6] == 2);
}

}  // namespace
}  // namespace fossilct
