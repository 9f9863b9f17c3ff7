// SPDX-License-Identifier: Apache-2.0
#include "filters/clean_labels.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/error.h"
#include "filters/flood_fill.h"
#include "filters/opening.h"
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

using Labels8 = Volume<std::uint8_t>;

const ClassCleaning& cleaning_of(std::uint8_t label, const CleanLabelsOptions& options) {
  const auto found = options.of_class.find(label);
  return found == options.of_class.end() ? options.every_class : found->second;
}

// Calls f(voxel) for all voxels of a ball that lie in the volume.
template <typename F>
void for_ball(const Size3& size, const Index3& centre, double radius, F&& f) {
  const auto reach = static_cast<std::int64_t>(radius);
  for (std::int64_t z = std::max<std::int64_t>(0, centre.z - reach);
       z < std::min(size.z, centre.z + reach + 1); ++z) {
    for (std::int64_t y = std::max<std::int64_t>(0, centre.y - reach);
         y < std::min(size.y, centre.y + reach + 1); ++y) {
      for (std::int64_t x = std::max<std::int64_t>(0, centre.x - reach);
           x < std::min(size.x, centre.x + reach + 1); ++x) {
        const std::int64_t dx = x - centre.x, dy = y - centre.y, dz = z - centre.z;
        if (static_cast<double>(dx * dx + dy * dy + dz * dz) <= radius * radius) {
          f(Index3{x, y, z});
        }
      }
    }
  }
}

template <typename F>
void for_voxels(const Size3& size, F&& f) {
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        f(Index3{x, y, z});
      }
    }
  }
}

Labels8 opened_by_definition(const Labels8& labels, const CleanLabelsOptions& options) {
  Labels8 result(labels.size());
  for_voxels(labels.size(), [&](const Index3& centre) {
    const std::uint8_t label = labels(centre.x, centre.y, centre.z);
    const double radius = cleaning_of(label, options).opening_radius_voxels;
    bool fits = label != 0;
    for_ball(labels.size(), centre, radius,
             [&](const Index3& i) { fits = fits && labels(i.x, i.y, i.z) == label; });
    if (fits) {
      for_ball(labels.size(), centre, radius,
               [&](const Index3& i) { result(i.x, i.y, i.z) = label; });
    }
  });
  return result;
}

Labels8 filled_by_definition(const Labels8& labels, const CleanLabelsOptions& options) {
  const Connectivity dual =
      options.connectivity == Connectivity::faces ? Connectivity::corners : Connectivity::faces;
  const std::int64_t count = voxel_count(labels.size());
  Labels8 result = labels.clone();
  std::vector<std::int64_t> smallest(static_cast<std::size_t>(count));
  for (const std::uint8_t label : std::set<std::uint8_t>(labels.data(), labels.data() + count)) {
    if (label == 0 || !cleaning_of(label, options).fill_holes) {
      continue;
    }
    const LabelledVolume others = flood_fill<std::uint8_t>(
        labels, dual, [&](std::uint8_t value) { return value != label; },
        [](std::uint8_t, std::uint8_t) { return true; });
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t id = others.ids.data()[i];
      if (labels.data()[i] != 0 || id == 0 || others.components[id - 1].touches_border) {
        continue;
      }
      std::int64_t& least = smallest[static_cast<std::size_t>(i)];
      const std::int64_t size = others.components[id - 1].voxels;
      if (least == 0 || size < least) {
        least = size;
        result.data()[i] = label;
      }
    }
  }
  return result;
}

Labels8 small_removed_by_definition(const Labels8& labels, const CleanLabelsOptions& options) {
  const LabelledVolume bodies =
      flood_fill(labels, ComponentOptions{.connectivity = options.connectivity});
  Labels8 result = labels.clone();
  for (std::int64_t i = 0; i < voxel_count(labels.size()); ++i) {
    const std::uint32_t id = bodies.ids.data()[i];
    if (id != 0 &&
        bodies.components[id - 1].voxels < cleaning_of(labels.data()[i], options).fewest_voxels) {
      result.data()[i] = 0;
    }
  }
  return result;
}

Labels8 cleaned(const Labels8& labels, const CleanLabelsOptions& options) {
  Progress silent;
  return read_all<std::uint8_t>(*clean_labels(source_of(labels), options, silent));
}

void check_against_definition(const Labels8& labels, CleanLabelsOptions options) {
  const Labels8 truth = small_removed_by_definition(
      filled_by_definition(opened_by_definition(labels, options), options), options);
  Progress silent;
  for (const std::int64_t slab_slices : {1, 3, 7, 0}) {
    for (const int threads : {1, 2}) {
      CAPTURE(slab_slices);
      CAPTURE(threads);
      options.slab_slices = slab_slices;
      options.threads = threads;
      const auto source = clean_labels(source_of(labels), options, silent);
      CHECK(same_voxels(read_all<std::uint8_t>(*source), truth));
    }
  }
  CHECK(same_voxels(read_piecewise<std::uint8_t>(*clean_labels(source_of(labels), options, silent)),
                    truth));
}

// Thick enough for balls: blocks of one class, some voxels of others on top.
Labels8 blocks(const Size3& size, double speckled, unsigned seed) {
  const auto coarse =
      speckle<std::uint8_t>({size.x / 4 + 1, size.y / 4 + 1, size.z / 4 + 1}, 0.7, 3, seed);
  Labels8 labels = speckle<std::uint8_t>(size, 0.6, 3, seed + 1);
  std::mt19937 random(seed + 2);
  for_voxels(size, [&](const Index3& i) {
    if (static_cast<double>(random()) * 0x1p-32 > speckled) {
      labels(i.x, i.y, i.z) = coarse(i.x / 4, i.y / 4, i.z / 4);
    }
  });
  return labels;
}

// The surface of a cube with these corners.
void draw_shell(Labels8& labels, std::int64_t low, std::int64_t high, std::uint8_t label) {
  for (std::int64_t z = low; z <= high; ++z) {
    for (std::int64_t y = low; y <= high; ++y) {
      for (std::int64_t x = low; x <= high; ++x) {
        if (x == low || x == high || y == low || y == high || z == low || z == high) {
          labels(x, y, z) = label;
        }
      }
    }
  }
}

TEST_CASE("labels are opened as whole, whatever the slabs") {
  for (const double radius : {1.0, 1.5, 1.8, 2.0, 3.0}) {
    CAPTURE(radius);
    check_against_definition(blocks({23, 19, 18}, 0.02, 5),
                             {.every_class = {.opening_radius_voxels = radius}});
  }
  check_against_definition(blocks({23, 19, 18}, 0.02, 6),
                           {.every_class = {.opening_radius_voxels = 1},
                            .of_class = {{2, {.opening_radius_voxels = 2.3}}, {3, {}}}});
}

TEST_CASE("opened labels are read in boxes of any place and order") {
  const Labels8 labels = blocks({23, 19, 18}, 0.03, 9);
  RadiusOfClass radius_voxels{};
  radius_voxels.fill(2);
  const auto source = open_labels(source_of(labels), radius_voxels, 1);
  const Labels8 whole_volume = read_all<std::uint8_t>(*source);
  CHECK(same_voxels(read_piecewise<std::uint8_t>(*source), whole_volume));
}

TEST_CASE("a ball stays a ball, its hair goes") {
  Labels8 labels({31, 31, 31});
  for_ball(labels.size(), {15, 15, 15}, 6, [&](const Index3& i) { labels(i.x, i.y, i.z) = 1; });
  Labels8 hairy = labels.clone();
  for (std::int64_t x = 0; x < 31; ++x) {
    hairy(x, 15, 15) = 1;
  }
  const Labels8 opened = cleaned(hairy, {.every_class = {.opening_radius_voxels = 2}});
  CHECK(opened(2, 15, 15) == 0);
  CHECK(opened(15, 15, 10) == 1);
  CHECK(same_voxels(cleaned(labels, {.every_class = {.opening_radius_voxels = 6}}), labels));
}

TEST_CASE("the volume's border does not eat bodies that it cuts") {
  Labels8 labels({9, 9, 9});
  std::fill_n(labels.data(), voxel_count(labels.size()), std::uint8_t{4});
  CHECK(same_voxels(cleaned(labels, {.every_class = {.opening_radius_voxels = 3}}), labels));
}

TEST_CASE("a radius that is none is refused") {
  Progress silent;
  const std::string message = message_of<Error>([&] {
    clean_labels(source_of(Labels8({3, 3, 3})), {.every_class = {.opening_radius_voxels = -1}},
                 silent);
  });
  CHECK(message == "labels can't be opened by a ball of radius -1 voxels; expected 0 to 100");
}

TEST_CASE("holes of random labels are those of the definition") {
  for (const Connectivity connectivity :
       {Connectivity::faces, Connectivity::edges, Connectivity::corners}) {
    CAPTURE(static_cast<int>(connectivity));
    for (const double density : {0.6, 0.8, 0.95}) {
      CAPTURE(density);
      check_against_definition(speckle<std::uint8_t>({14, 11, 12}, density, 2, 17),
                               {.every_class = {.fill_holes = true}, .connectivity = connectivity});
    }
  }
}

TEST_CASE("of shells in each other, each fills up to the next") {
  Labels8 labels({21, 21, 21});
  draw_shell(labels, 2, 18, 1);
  draw_shell(labels, 6, 14, 2);
  const Labels8 filled = cleaned(labels, {.every_class = {.fill_holes = true}});
  CHECK(filled(10, 10, 10) == 2);
  CHECK(filled(4, 10, 10) == 1);
  CHECK(filled(6, 10, 10) == 2);
  CHECK(filled(1, 10, 10) == 0);
  const Labels8 outer = cleaned(labels, {.of_class = {{1, {.fill_holes = true}}}});
  CHECK(outer(10, 10, 10) == 1);
  CHECK(outer(6, 10, 10) == 2);
}

TEST_CASE("a shell with a door, and one that the border cuts, keep their inside") {
  Labels8 labels({12, 12, 12});
  draw_shell(labels, 2, 8, 1);
  labels(2, 5, 5) = 0;
  CHECK(same_voxels(cleaned(labels, {.every_class = {.fill_holes = true}}), labels));
  Labels8 cut({12, 12, 12});
  for_voxels(cut.size(), [&](const Index3& i) {
    cut(i.x, i.y, i.z) = i.x >= 4 || i.y == 0 || i.y >= 4 || i.z == 0 || i.z >= 4;
  });
  CHECK(same_voxels(cleaned(cut, {.every_class = {.fill_holes = true}}), cut));
}

TEST_CASE("bodies with fewer voxels than asked for go, by class") {
  const Labels8 labels = speckle<std::uint8_t>({20, 16, 15}, 0.15, 3, 21);
  check_against_definition(labels, {.every_class = {.fewest_voxels = 4}});
  check_against_definition(labels, {.every_class = {.fewest_voxels = 9},
                                    .of_class = {{2, {}}, {3, {.fewest_voxels = 3}}},
                                    .connectivity = Connectivity::faces});
}

TEST_CASE("open, fill, remove: in this order") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    check_against_definition(
        blocks({22, 18, 20}, 0.03, seed),
        {.every_class = {.opening_radius_voxels = 1, .fill_holes = true, .fewest_voxels = 30},
         .of_class = {{2, {.fill_holes = true, .fewest_voxels = 5}}}});
  }
}

TEST_CASE("nothing asked for, nothing read or changed") {
  const Labels8 labels = speckle<std::uint8_t>({9, 8, 7}, 0.5, 3, 4);
  auto source = source_of(labels);
  const auto& memory = *source;
  Progress silent;
  const auto same = clean_labels(std::move(source), {}, silent);
  CHECK(memory.voxels_read == 0);
  CHECK(same_voxels(read_all<std::uint8_t>(*same), labels));
}

TEST_CASE("labels without a class have no holes") {
  const Labels8 labels({9, 8, 7});
  CHECK(same_voxels(cleaned(labels, {.every_class = {.fill_holes = true, .fewest_voxels = 2}}),
                    labels));
}

TEST_CASE("the description stays true") {
  const Labels8 labels = speckle<std::uint8_t>({9, 8, 7}, 0.5, 3, 4);
  ScanDescription description = test::full_description(labels);
  description.classes.resize(4);
  Progress silent;
  const auto source = clean_labels(
      std::make_unique<test::MemorySource<std::uint8_t>>(labels.clone(), description),
      {.every_class = {.opening_radius_voxels = 1, .fill_holes = true, .fewest_voxels = 2}},
      silent);
  CHECK(source->type() == PixelType::u8);
  CHECK(source->grid() == description.grid);
  CHECK(source->description().classes.size() == 4);
  CHECK(source->description().levels == 1);
  CHECK_FALSE(source->description().statistics.has_value());
}

}  // namespace
}  // namespace fossilct
