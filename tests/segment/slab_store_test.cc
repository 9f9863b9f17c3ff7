// SPDX-License-Identifier: Apache-2.0
#include "segment/slab_store.h"

#include <doctest/doctest.h>

#include <fstream>
#include <random>

#include "base/error.h"
#include "segment/merged_planes.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

constexpr Size3 size = {7, 5, 9};
const std::vector<Axis> all_axes = {Axis::z, Axis::y, Axis::x};

struct Warnings : Progress {
  void warning(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

// A byte for each voxel of each axis, by place.
std::uint8_t byte_at(Axis axis, int plane, std::int64_t x, std::int64_t y, std::int64_t z) {
  return static_cast<std::uint8_t>(
      (x * 31 + y * 17 + z * 7 + plane * 101 + static_cast<int>(axis) * 59) % 256);
}

std::vector<std::uint8_t> bytes_of(const AxisSlab& slab, int planes) {
  const SlicePart slice = whole_slices(size, slab.axis);
  std::vector<std::uint8_t> bytes;
  for (int plane = 0; plane < planes; ++plane) {
    for (std::int64_t s = slab.begin; s < slab.end; ++s) {
      for (std::int64_t row = 0; row < slice.rows; ++row) {
        for (std::int64_t column = 0; column < slice.columns; ++column) {
          SlicePart pixel{slab.axis, s, row, column, 1, 1};
          const Index3 at = box_of(pixel, 0).begin;
          bytes.push_back(byte_at(slab.axis, plane, at.x, at.y, at.z));
        }
      }
    }
  }
  return bytes;
}

SlabStore filled(const std::filesystem::path& folder, int planes, std::int64_t most_bytes) {
  Progress progress;
  SlabStore store(folder, size, plan_slabs(size, all_axes, 1, planes, most_bytes), planes, {},
                  progress);
  for (std::size_t i = 0; i < store.slabs().size(); ++i) {
    store.put(i, bytes_of(store.slabs()[i], planes));
  }
  return store;
}

TEST_CASE("slabs cover each axis once") {
  for (const std::int64_t most : {1, 100, 1000, 1 << 20}) {
    const auto slabs = plan_slabs(size, all_axes, 2, 1, most);
    for (const Axis axis : all_axes) {
      std::int64_t next = 0;
      for (const AxisSlab& slab : slabs) {
        if (slab.axis == axis) {
          CHECK(slab.begin == next);
          CHECK(slab.slices() >= 1);
          next = slab.end;
        }
      }
      CHECK(next == whole_slices(size, axis).slice);
    }
  }
}

TEST_CASE("a merged plane is the mean over the axes, whatever the slabs and boxes") {
  for (const std::int64_t most : {1, 150, 1 << 20}) {
    const test::TemporaryFolder folder;
    const SlabStore store = filled(folder.path() / "slabs", 2, most);
    Grid grid;
    grid.size = size;
    const auto plane = merged_plane(store, 1, grid);
    const auto voxels = test::read_piecewise<std::uint8_t>(*plane);
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        for (std::int64_t x = 0; x < size.x; ++x) {
          int sum = 0;
          for (const Axis axis : all_axes) {
            sum += byte_at(axis, 1, x, y, z);
          }
          REQUIRE(voxels(x, y, z) == (2 * sum + 3) / 6);
        }
      }
    }
  }
}

TEST_CASE("a store goes on where it was and refuses another run's slabs") {
  const test::TemporaryFolder folder;
  const auto slabs = plan_slabs(size, {Axis::z}, 1, 1, 100);
  Warnings progress;
  {
    SlabStore store(folder.path(), size, slabs, 1, {{"--tile", 64}}, progress);
    store.put(0, bytes_of(slabs[0], 1));
    store.put(1, bytes_of(slabs[1], 1));
  }
  {
    const SlabStore store(folder.path(), size, slabs, 1, {{"--tile", 64}}, progress);
    CHECK(store.has(0));
    CHECK(store.has(1));
    CHECK_FALSE(store.has(2));
    CHECK(progress.lines.empty());
  }
  CHECK_THROWS_WITH_AS(SlabStore(folder.path(), size, slabs, 1, {{"--tile", 96}}, progress),
                       doctest::Contains("--tile was 64 and is 96 now"), Error);
  CHECK_THROWS_WITH_AS(
      SlabStore(folder.path(), size, slabs, 1, {{"--tile", 64}, {"--roi", "0:1"}}, progress),
      doctest::Contains("--roi was not given and is 0:1 now"), Error);
}

TEST_CASE("a store without slabs is no obstacle, a folder of something else is") {
  const test::TemporaryFolder folder;
  const auto slabs = plan_slabs(size, {Axis::z}, 1, 1, 100);
  Progress progress;
  const auto path = folder.path() / "slabs";
  { const SlabStore store(path, size, slabs, 1, {{"--tile", 64}}, progress); }
  { const SlabStore store(path, size, slabs, 1, {{"--tile", 96}}, progress); }
  CHECK_FALSE(outputs_were_begun(path));
  begin_outputs(path);
  CHECK(outputs_were_begun(path));
  std::ofstream(path / "notes.txt") << "precious";
  remove_slab_store(path);
  CHECK(std::filesystem::exists(path / "notes.txt"));
  CHECK_FALSE(outputs_were_begun(path));
  CHECK_THROWS_WITH_AS(SlabStore(path, size, slabs, 1, {}, progress),
                       doctest::Contains("something else in it"), Error);
}

TEST_CASE("a slab that is damaged or gone is made again") {
  const test::TemporaryFolder folder;
  const auto slabs = plan_slabs(size, {Axis::z}, 1, 1, 100);
  Warnings progress;
  {
    SlabStore store(folder.path(), size, slabs, 1, {}, progress);
    store.put(0, bytes_of(slabs[0], 1));
    store.put(1, bytes_of(slabs[1], 1));
    std::ofstream(store.file_of(slabs[0]), std::ios::binary | std::ios::app) << 'x';
    std::filesystem::remove(store.file_of(slabs[1]));
  }
  SlabStore store(folder.path(), size, slabs, 1, {}, progress);
  CHECK_FALSE(store.has(0));
  CHECK_FALSE(store.has(1));
  REQUIRE(progress.lines.size() == 2);
  CHECK(progress.lines[0].find("is damaged") != std::string::npos);
  CHECK(progress.lines[1].find("is gone") != std::string::npos);
  store.put(0, bytes_of(slabs[0], 1));
  CHECK(store.has(0));
}

std::unique_ptr<VolumeSource> plane_of(std::initializer_list<std::uint8_t> values) {
  Volume<std::uint8_t> volume({static_cast<std::int64_t>(values.size()), 1, 1});
  std::copy(values.begin(), values.end(), volume.data());
  return test::source_of(volume);
}

std::vector<int> values_of(VolumeSource& source) {
  const auto volume = test::read_all<std::uint8_t>(source);
  return {volume.data(), volume.data() + volume.size().x};
}

const std::vector<LabelClass> three = {{0, "background", {}}, {3, "a", {}}, {7, "b", {}}};

TEST_CASE("the most probable class, the first of equals") {
  Planes planes;
  planes.push_back(plane_of({0, 127, 128, 85, 255, 100}));
  planes.push_back(plane_of({0, 0, 127, 85, 0, 101}));
  const auto labels = most_probable(std::move(planes), three);
  CHECK(values_of(*labels) == std::vector<int>{0, 0, 3, 0, 3, 7});
  CHECK(labels->description().kind == VolumeKind::labels);
  CHECK(labels->description().classes == three);
}

TEST_CASE("entropy is 255 where all classes are as probable, 0 where one is certain") {
  Planes planes;
  planes.push_back(plane_of({0, 85, 255, 128}));
  planes.push_back(plane_of({0, 85, 0, 127}));
  CHECK(values_of(*entropy_of(std::move(planes))) == std::vector<int>{0, 255, 0, 161});
  planes.clear();
  planes.push_back(plane_of({128, 128, 0}));
  // Views that are each sure of another class; views that are all unsure.
  CHECK(values_of(*disagreement_of(std::move(planes), plane_of({0, 255, 0}))) ==
        std::vector<int>{255, 0, 0});
}

TEST_CASE("fitted cuts, and repeats the last") {
  Grid shorter, longer;
  shorter.size = {2, 1, 1};
  longer.size = {5, 1, 1};
  CHECK(values_of(*fitted(plane_of({1, 2, 3}), shorter)) == std::vector<int>{1, 2});
  const auto more = fitted(plane_of({1, 2, 3}), longer);
  CHECK(values_of(*more) == std::vector<int>{1, 2, 3, 3, 3});
  CHECK(test::read_piecewise<std::uint8_t>(*more)(4, 0, 0) == 3);
}

}  // namespace
}  // namespace fossilct
