// SPDX-License-Identifier: Apache-2.0
#include "view/slice_pyramid.h"

#include <doctest/doctest.h>

#include "tests/view/volumes.h"

using namespace fossilct;

namespace {

constexpr Size3 size = {21, 34, 45};
double value_of(std::int64_t x, std::int64_t y, std::int64_t z) {
  return static_cast<double>(x + 100 * y + 10000 * z);
}
SlicePyramid pyramid(std::int64_t levels) {
  return {test::test_levels<float>(size, levels, value_of), std::int64_t{1} << 20};
}

}  // namespace

TEST_CASE("a slice across each axis holds the voxels of its plane, right and down") {
  SlicePyramid all = pyramid(1);
  for (const Across across : all_across) {
    const PlaneAxes axes = axes_of(across);
    const Slice<float> slice = all.read<float>({across, 7, whole_plane(size, across), 0});
    Size3 n = size;
    REQUIRE(slice.width == component(n, axes.u));
    REQUIRE(slice.height == component(n, axes.v));
    Index3 at;
    component(at, axes.normal) = 7;
    component(at, axes.u) = 5;
    component(at, axes.v) = 11;
    CHECK(slice.at_voxel(5, 11) == value_of(at.x, at.y, at.z));
    CHECK(slice.pixels[static_cast<std::size_t>(11 * slice.width + 5)] == slice.at_voxel(5, 11));
  }
}

TEST_CASE("a piece of a coarser level covers the region, but for voxels that fill no block") {
  SlicePyramid all = pyramid(3);
  const Slice<float> slice = all.read<float>({Across::z, 13, {3, 10, 21, 23}, 2});
  // Of 21 voxels along x the last is in no block of four.
  CHECK(slice.covered == PlaneBox{0, 8, 20, 24});
  CHECK(slice.width == 5);
  CHECK(slice.height == 4);
  CHECK(slice.at_voxel(7, 17) == value_of(4, 16, 12));
  CHECK(slice.at_voxel(20, 17) == 0);
}

TEST_CASE("what lies beyond the volume is cut off") {
  SlicePyramid all = pyramid(2);
  const Slice<float> part = all.read<float>({Across::x, 20, {-50, 30, 5, 900}, 0});
  CHECK(part.covered == PlaneBox{0, 30, 5, 45});
  CHECK(part.at_voxel(4, 44) == value_of(20, 4, 44));
  CHECK(all.read<float>({Across::x, 3, {50, 0, 60, 9}, 1}).pixels.empty());
  // The last slice of the full resolution belongs to the last of the coarser level.
  CHECK(all.read<float>({Across::z, 44, {0, 0, 4, 4}, 1}).at_voxel(0, 0) == value_of(0, 0, 42));
}

TEST_CASE("the level is the coarsest with a voxel a pixel") {
  const SlicePyramid all = pyramid(3);
  CHECK(all.level_for(3) == 0);
  CHECK(all.level_for(0.51) == 0);
  CHECK(all.level_for(0.5) == 1);
  CHECK(all.level_for(0.26) == 1);
  CHECK(all.level_for(0.25) == 2);
  CHECK(all.level_for(0.001) == 2);
  CHECK(all.overview_level(1000000) == 0);
  CHECK(all.overview_level(10000) == 1);
  CHECK(all.overview_level(1) == 2);
}

TEST_CASE("what was read is not read again") {
  auto levels = test::test_levels<float>({300, 300, 300}, 1, value_of);
  auto* source = dynamic_cast<test::MemorySource<float>*>(levels.front().get());
  SlicePyramid all(std::move(levels), std::int64_t{40} << 20);
  all.read<float>({Across::z, 10, {0, 0, 60, 60}, 0});
  const std::int64_t first = source->voxels_read;
  // One block of the volume, not the volume.
  CHECK(first == 64 * 64 * 64);
  all.read<float>({Across::z, 11, {0, 0, 60, 60}, 0});
  all.read<float>({Across::y, 12, {0, 0, 60, 60}, 0});
  CHECK(source->voxels_read == first);
}

TEST_CASE("ids keep all their bits") {
  SlicePyramid ids(
      test::test_levels<std::uint32_t>(
          {4, 4, 4}, 1,
          [](auto x, auto, auto) { return 4294967290U + static_cast<std::uint32_t>(x); }),
      1 << 20);
  CHECK(ids.read<std::uint32_t>({Across::z, 0, {0, 0, 4, 4}, 0}).at_voxel(3, 0) == 4294967293U);
}
