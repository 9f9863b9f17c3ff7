// SPDX-License-Identifier: Apache-2.0
#include "volumes/block_cache.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "memory_source.h"
#include "random_volume.h"

namespace fossilct {
namespace {

Box random_box(const Size3& size, HashStream& random) {
  const auto range = [&](std::int64_t n) {
    const std::int64_t a = random.below(n), b = random.below(n);
    return std::pair(std::min(a, b), std::max(a, b) + 1);
  };
  const auto [x0, x1] = range(size.x);
  const auto [y0, y1] = range(size.y);
  const auto [z0, z1] = range(size.z);
  return {{x0, y0, z0}, {x1, y1, z1}};
}

void check_boxes(VolumeSource& source, const Volume<std::uint16_t>& truth, int count) {
  HashStream random(7);
  for (int i = 0; i < count; ++i) {
    const Box box = random_box(truth.size(), random);
    Volume<std::uint16_t> voxels(box.size());
    source.read(box, voxels.view());
    Volume<std::uint16_t> expected(box.size());
    copy_voxels(AnyConstView(truth.view().part(box)), AnyView(expected.view()));
    REQUIRE(test::same_voxels(voxels, expected));
  }
}

TEST_CASE("a cache gives the voxels of its source, whole or in blocks") {
  const Volume<std::uint16_t> truth = test::random_volume<std::uint16_t>({150, 70, 131}, 1);
  const auto small = cached(test::source_of(truth), 1 << 20);
  check_boxes(*small, truth, 40);
  const auto large = cached(test::source_of(truth), std::int64_t{1} << 30);
  check_boxes(*large, truth, 40);
}

TEST_CASE("what does not fit is read in blocks, those still kept not again") {
  const Volume<std::uint16_t> truth = test::random_volume<std::uint16_t>({200, 192, 192}, 2);
  auto source = test::source_of(truth);
  auto* const counter = source.get();
  const auto blocks = cached(std::move(source), voxel_count(truth.size()));
  check_boxes(*blocks, truth, 5);
  CHECK(counter->most_at_once == 64 * 64 * 64);
  Volume<std::uint16_t> part({10, 10, 10});
  blocks->read({{0, 0, 0}, {10, 10, 10}}, part.view());
  const std::int64_t read = counter->voxels_read;
  blocks->read({{5, 5, 5}, {15, 15, 15}}, part.view());
  CHECK(counter->voxels_read == read);
}

}  // namespace
}  // namespace fossilct
