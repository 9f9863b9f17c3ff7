// SPDX-License-Identifier: Apache-2.0
#include "volumes/grid.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"

using namespace fossilct;

namespace {

Grid turned_grid() {
  Grid grid;
  grid.size = {10, 21, 32};
  grid.spacing_um = {0.5, 2, 3};
  grid.origin_um = {100, -50, 7};
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  grid.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
  return grid;
}

}  // namespace

TEST_CASE("index -> physical -> index is the identity on an anisotropic, turned grid") {
  const Grid grid = turned_grid();
  const Vector3 index = grid.index_from_physical(grid.physical_from_index({3, 5, 7}));
  CHECK(index.x == doctest::Approx(3));
  CHECK(index.y == doctest::Approx(5));
  CHECK(index.z == doctest::Approx(7));
}

TEST_CASE("a cropped grid keeps its voxels at their places") {
  const Grid grid = turned_grid();
  const Grid part = cropped(grid, {{2, 3, 4}, {9, 9, 9}});
  const Vector3 a = grid.physical_from_index({4, 4, 4});
  const Vector3 b = part.physical_from_index({2, 1, 0});
  CHECK(a.x == doctest::Approx(b.x));
  CHECK(a.y == doctest::Approx(b.y));
  CHECK(a.z == doctest::Approx(b.z));
}

TEST_CASE("a reduced grid has floor(n / f) voxels, centred on their blocks") {
  const Grid half = reduced(turned_grid(), 2);
  CHECK(half.size == Size3{5, 10, 16});
  const Vector3 a = turned_grid().physical_from_index({0.5, 0.5, 0.5});
  CHECK(half.origin_um.x == doctest::Approx(a.x));
  CHECK(half.spacing_um.z == 6);
  Grid flat = turned_grid();
  flat.size.z = 1;
  CHECK(reduced(flat, 2).size.z == 1);
  CHECK(reduced(flat, 2).spacing_um.z == 3);
}

TEST_CASE("impossible grids are refused") {
  Grid grid = turned_grid();
  grid.spacing_um.y = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(check(grid), Error);
  grid = turned_grid();
  grid.size.x = 0;
  CHECK_THROWS_AS(check(grid), Error);
  grid = turned_grid();
  grid.size = {std::int64_t{1} << 30, std::int64_t{1} << 30, std::int64_t{1} << 30};
  CHECK_THROWS_AS(check(grid), Error);
  grid.size.z = 1;  // countable, but the bytes of its f64 voxels are not
  CHECK_THROWS_AS(check(grid), Error);
  grid = turned_grid();
  grid.direction[0] = 0.5;
  CHECK_THROWS_AS(check(grid), Error);
}
