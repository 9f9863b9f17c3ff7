// SPDX-License-Identifier: Apache-2.0
#include "filters/components.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "base/error.h"
#include "filters/flood_fill.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using test::flood_fill;
using test::message_of;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;
using test::source_of;
using test::speckle;

constexpr Connectivity all_connectivities[] = {Connectivity::faces, Connectivity::edges,
                                               Connectivity::corners};

template <typename T>
Components found_in(const Volume<T>& labels, const ComponentOptions& options) {
  Progress silent;
  return find_components(*source_of(labels), options, "components", silent);
}

// Facts and ids, streamed with these options and in memory, are those of the definition.
template <typename T>
void check_same(const Volume<T>& labels, const ComponentOptions& options,
                const LabelledVolume& truth) {
  const Components found = found_in(labels, options);
  CHECK(found.list == truth.components);
  const auto ids = component_ids(source_of(labels), found);
  CHECK(same_voxels(read_all<std::uint32_t>(*ids), truth.ids));
  const LabelledVolume in_memory = label_components(labels.view(), options);
  CHECK(in_memory.components == truth.components);
  CHECK(same_voxels(in_memory.ids, truth.ids));
}

// For all slab sizes and numbers of threads that matter.
template <typename T>
void check_against_flood_fill(const Volume<T>& labels, ComponentOptions options) {
  const LabelledVolume truth = flood_fill(labels, options);
  for (const std::int64_t slab_slices : {1, 3, 7, 0}) {
    for (const int threads : {1, 3}) {
      CAPTURE(slab_slices);
      CAPTURE(threads);
      options.slab_slices = slab_slices;
      options.threads = threads;
      check_same(labels, options, truth);
    }
  }
}

template <typename T>
void check_all_connectivities(const Volume<T>& labels) {
  for (const Connectivity connectivity : all_connectivities) {
    for (const bool together : {false, true}) {
      CAPTURE(static_cast<int>(connectivity));
      CAPTURE(together);
      check_against_flood_fill(labels, {.connectivity = connectivity, .together = together});
    }
  }
}

std::size_t count_of(const Volume<std::uint8_t>& labels, Connectivity connectivity) {
  return label_components(labels.view(), {.connectivity = connectivity}).components.size();
}

TEST_CASE("components of noise of any density are those of a flood fill") {
  unsigned seed = 1;
  for (const double density : {0.05, 0.2, 0.35, 0.6, 0.95}) {
    CAPTURE(density);
    check_all_connectivities(speckle<std::uint8_t>({17, 13, 11}, density, 1, seed++));
    check_all_connectivities(speckle<std::uint8_t>({19, 9, 10}, density, 3, seed++));
  }
}

TEST_CASE("rows of every length about the block of 64 voxels") {
  for (const std::int64_t length : {1, 2, 63, 64, 65, 66, 127, 128, 129, 130, 200}) {
    CAPTURE(length);
    check_against_flood_fill(
        speckle<std::uint8_t>({length, 3, 3}, 0.5, 2, static_cast<unsigned>(length)), {});
  }
}

TEST_CASE("wider labels, with values that share their low bytes") {
  Volume<std::uint16_t> wide = speckle<std::uint16_t>({70, 6, 9}, 0.7, 2, 3);
  Volume<std::uint32_t> wider(wide.size());
  for (std::int64_t i = 0; i < voxel_count(wide.size()); ++i) {
    wide.data()[i] = static_cast<std::uint16_t>(wide.data()[i] << 8);
    wider.data()[i] = std::uint32_t{wide.data()[i]} << 16;
  }
  check_against_flood_fill(wide, {});
  check_against_flood_fill(wider, {});
}

TEST_CASE("volumes one voxel wide, high or deep") {
  for (const Size3& size :
       {Size3{1, 1, 1}, {40, 1, 1}, {1, 40, 1}, {1, 1, 40}, {9, 8, 1}, {1, 9, 8}, {9, 1, 8}}) {
    check_all_connectivities(speckle<std::uint8_t>(size, 0.6, 2, 7));
  }
}

TEST_CASE("empty and full volumes") {
  Volume<std::uint8_t> labels({6, 5, 4});
  check_all_connectivities(labels);
  CHECK(found_in(labels, {}).list.empty());
  std::fill_n(labels.data(), voxel_count(labels.size()), std::uint8_t{9});
  check_all_connectivities(labels);
  const Components full = found_in(labels, {});
  REQUIRE(full.list.size() == 1);
  CHECK(full.list[0] == Component{120, whole(labels.size()), {0, 0, 0}, 9, true});
}

TEST_CASE("an edge joins from 18 neighbours on, a corner from 26 on") {
  for (const int dz : {-1, 0, 1}) {
    for (const int dy : {-1, 0, 1}) {
      for (const int dx : {-1, 0, 1}) {
        Volume<std::uint8_t> labels({5, 5, 5});
        labels(2, 2, 2) = 1;
        labels(2 + dx, 2 + dy, 2 + dz) = 1;
        const int axes = std::abs(dx) + std::abs(dy) + std::abs(dz);
        CHECK(count_of(labels, Connectivity::faces) == (axes > 1 ? 2 : 1));
        CHECK(count_of(labels, Connectivity::edges) == (axes > 2 ? 2 : 1));
        CHECK(count_of(labels, Connectivity::corners) == 1);
      }
    }
  }
}

TEST_CASE("only bodies at the volume's border touch it") {
  Volume<std::uint8_t> labels({7, 7, 7});
  labels(1, 1, 1) = 1;
  labels(5, 5, 5) = 1;
  labels(3, 3, 6) = 1;
  const std::vector<Component> list = found_in(labels, {}).list;
  REQUIRE(list.size() == 3);
  CHECK_FALSE(list[0].touches_border);
  CHECK_FALSE(list[1].touches_border);
  CHECK(list[2].touches_border);
}

TEST_CASE("classes asked for are foreground, others are not") {
  const auto labels = speckle<std::uint16_t>({21, 9, 8}, 0.9, 5, 11);
  for (const bool together : {false, true}) {
    check_against_flood_fill(labels, {.classes = {4, 2}, .together = together});
    check_against_flood_fill(labels, {.classes = {0}, .together = together});
    check_against_flood_fill(labels, {.classes = {300, 5, 0}, .together = together});
  }
}

// Labels of the same volume seen from the other end of each axis.
Volume<std::uint8_t> flipped(const Volume<std::uint8_t>& labels) {
  Volume<std::uint8_t> result(labels.size());
  std::reverse_copy(labels.data(), labels.data() + voxel_count(labels.size()), result.data());
  return result;
}

TEST_CASE("a flip changes ids, not the partition") {
  const auto labels = speckle<std::uint8_t>({30, 20, 25}, 0.3, 2, 5);
  for (const Connectivity connectivity : all_connectivities) {
    const auto ids = label_components(labels.view(), {.connectivity = connectivity});
    const auto other = label_components(flipped(labels).view(), {.connectivity = connectivity});
    CHECK(ids.components.size() == other.components.size());
    std::map<std::uint32_t, std::uint32_t> other_of_id;
    const std::int64_t count = voxel_count(labels.size());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t there = other.ids.data()[count - 1 - i];
      CHECK(other_of_id.emplace(ids.ids.data()[i], there).first->second == there);
    }
  }
}

// Teeth along z that meet only in the last slice, and again others that hang from them.
TEST_CASE("a comb whose teeth meet at the very end is one body") {
  Volume<std::uint8_t> comb({21, 21, 30});
  for (std::int64_t z = 0; z < 30; ++z) {
    for (std::int64_t y = 0; y < 21; y += 2) {
      for (std::int64_t x = 0; x < 21; x += 2) {
        comb(x, y, z) = z >= (x * 7 + y * 3) % 20 || z == 0;
      }
    }
  }
  for (std::int64_t x = 0; x < 21; ++x) {
    for (std::int64_t y = 0; y < 21; y += (x % 2 == 0 ? 1 : 2)) {
      comb(x, y, 29) = 1;
    }
  }
  check_all_connectivities(comb);
}

// A staircase tube that winds about the axis, and a second one between its turns.
TEST_CASE("two spirals stay two") {
  Volume<std::uint8_t> spirals({15, 15, 64});
  for (std::int64_t step = 0; step < 640; ++step) {
    const double angle = static_cast<double>(step) * 0.1;
    const auto x = std::llround(7 + 6 * std::cos(angle));
    const auto y = std::llround(7 + 6 * std::sin(angle));
    spirals(x, y, step / 10) = 1;
    spirals(14 - x, 14 - y, step / 10) = 1;
  }
  CHECK(count_of(spirals, Connectivity::corners) == 2);
  check_all_connectivities(spirals);
}

TEST_CASE("any function of a component can be streamed, in boxes of any order") {
  const auto labels = speckle<std::uint8_t>({24, 15, 20}, 0.2, 2, 8);
  const Components found = found_in(labels, {.slab_slices = 3});
  const auto sizes = component_values(source_of(labels), found, PixelType::u16, [&](auto id) {
    return static_cast<std::uint32_t>(found.list[id - 1].voxels);
  });
  CHECK(sizes->type() == PixelType::u16);
  CHECK(sizes->description().kind == VolumeKind::labels);
  CHECK_FALSE(sizes->description().statistics.has_value());
  CHECK(sizes->grid() == source_of(labels)->grid());
  const auto read = read_all<std::uint16_t>(*sizes);
  const LabelledVolume truth = flood_fill(labels, {});
  for (std::int64_t i = 0; i < voxel_count(labels.size()); ++i) {
    const std::uint32_t id = truth.ids.data()[i];
    CHECK(read.data()[i] == (id == 0 ? 0 : truth.components[id - 1].voxels));
  }
  CHECK(same_voxels(read_piecewise<std::uint16_t>(*sizes), read));
}

TEST_CASE("a pass reads every voxel once, and few at a time") {
  const auto labels = speckle<std::uint8_t>({20, 20, 60}, 0.3, 1, 8);
  const auto source = source_of(labels, 2);
  Progress silent;
  const Components found = find_components(*source, {.slab_slices = 4}, "components", silent);
  CHECK(source->voxels_read == voxel_count(labels.size()));
  CHECK(source->most_at_once == 20 * 20 * 4);
  CHECK(found.list == flood_fill(labels, {}).components);
}

TEST_CASE("pieces that went into others leave room for those to come") {
  // Every other slice holds 30 x 30 grains, which the next slice joins: 900 pieces each time.
  Volume<std::uint8_t> labels({60, 60, 40});
  for (std::int64_t z = 0; z < 39; ++z) {
    for (std::int64_t y = 0; y < 60; ++y) {
      for (std::int64_t x = 0; x < 60; ++x) {
        labels(x, y, z) = z % 4 == 1 || (z % 4 == 0 && x % 2 == 0 && y % 2 == 0);
      }
    }
  }
  check_against_flood_fill(labels, {});
}

TEST_CASE("more pieces than allowed are refused") {
  Volume<std::uint8_t> labels({9, 9, 9});
  for (std::int64_t i = 0; i < 9; i += 2) {
    labels(0, 0, i) = 1;
  }
  CHECK(found_in(labels, {.most_pieces = 5}).list.size() == 5);
  const std::string message = message_of<Error>([&] { found_in(labels, {.most_pieces = 4}); });
  CHECK(message == "the labels fall into more than 4 components; noise? Expected bodies");
}

TEST_CASE("labels that have changed between the passes are told from the same") {
  Volume<std::uint8_t> labels({9, 9, 9});
  labels(1, 1, 1) = 1;
  const Components found = found_in(labels, {});
  labels(5, 5, 5) = 1;
  const auto ids = component_ids(source_of(labels), found);
  const std::string message = message_of<Error>([&] { read_all<std::uint32_t>(*ids); });
  CHECK(message.find("have changed") != std::string::npos);
}

TEST_CASE("a wish to stop is heard") {
  const Volume<std::uint8_t> labels({9, 9, 9});
  Progress progress;
  progress.request_cancel();
  CHECK_THROWS_AS(find_components(*source_of(labels), {}, "components", progress), Cancelled);
}

}  // namespace
}  // namespace fossilct
