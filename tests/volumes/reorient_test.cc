// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "support.h"
#include "volumes/adaptors.h"
#include "volumes/memory_source.h"
#include "volumes/random_volume.h"

using namespace fossilct;
using test::random_volume;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;
using test::source_of;

namespace {

// The definition, voxel by voxel: new axis k is old axis axis_of_new[k], mirrored where flip[k].
template <typename T>
Volume<T> expected(const Volume<T>& old, const Reorientation& r) {
  const std::array<std::int64_t, 3> old_size = {old.size().x, old.size().y, old.size().z};
  std::array<std::int64_t, 3> size{};
  for (std::size_t k = 0; k < 3; ++k) {
    size[k] = old_size[static_cast<std::size_t>(r.axis_of_new[k])];
  }
  Volume<T> result({size[0], size[1], size[2]});
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[0]; ++x) {
        const std::array<std::int64_t, 3> p = {x, y, z};
        std::array<std::int64_t, 3> from{};
        for (std::size_t k = 0; k < 3; ++k) {
          from[static_cast<std::size_t>(r.axis_of_new[k])] = r.flip[k] ? size[k] - 1 - p[k] : p[k];
        }
        result(x, y, z) = old(from[0], from[1], from[2]);
      }
    }
  }
  return result;
}

template <typename F>
void for_each_reorientation(F&& f) {
  Reorientation r;
  do {
    for (unsigned bits = 0; bits < 8; ++bits) {
      r.flip = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
      f(r);
    }
  } while (std::next_permutation(r.axis_of_new.begin(), r.axis_of_new.end()));
}

}  // namespace

TEST_CASE_TEMPLATE("each of the 48 orientations moves every voxel to its place", T, std::uint8_t,
                   std::uint16_t, float, double) {
  const Volume<T> volume = random_volume<T>({37, 6, 35}, 1);
  int orientations = 0;
  for_each_reorientation([&](const Reorientation& r) {
    const auto source = reorient(source_of(volume, 4), r);
    const Volume<T> truth = expected(volume, r);
    CHECK(source->grid().size == truth.size());
    CHECK(same_voxels(read_all<T>(*source), truth));
    CHECK(same_voxels(read_piecewise<T>(*source), truth));
    ++orientations;
  });
  CHECK(orientations == 48);
}

TEST_CASE("sizes and spacings follow their axes, origin, direction and statistics stay") {
  const Volume<std::uint8_t> volume = random_volume<std::uint8_t>({4, 5, 6}, 2);
  const ScanDescription before = test::full_description(volume);
  const auto source = reorient(source_of(volume), {{2, 0, 1}, {true, false, false}});
  const ScanDescription& after = source->description();
  CHECK(after.grid.size == Size3{6, 4, 5});
  CHECK(after.grid.spacing_um == Vector3{3, 0.5, 2});
  CHECK(after.grid.origin_um == before.grid.origin_um);
  CHECK(after.grid.direction == before.grid.direction);
  REQUIRE(after.statistics.has_value());
  CHECK(after.statistics->mean == before.statistics->mean);
  CHECK(after.files == before.files);
}

TEST_CASE("only the voxels asked for are read, in pieces of bounded size") {
  const Volume<std::uint8_t> volume({256, 256, 700});
  auto owned = source_of(volume, 16);
  const test::MemorySource<std::uint8_t>& memory = *owned;
  const auto source = reorient(std::move(owned), {{2, 1, 0}, {false, false, true}});
  const AnyVolume slice = source->read(slab(source->grid().size, 7, 8));
  CHECK(memory.voxels_read == 256 * 700);
  source->read(whole(source->grid().size));
  CHECK(memory.most_at_once <= std::int64_t{32} << 20);
}

TEST_CASE("preferred slabs: the source's while z stays z, as many as memory allows when it moves") {
  const Volume<std::uint8_t> volume({64, 32, 16});
  CHECK(reorient(source_of(volume, 8), {{1, 0, 2}, {}})->preferred_slab() == 8);
  CHECK(reorient(source_of(volume, 8), {{2, 1, 0}, {}})->preferred_slab() == 64);
}

TEST_CASE("a permutation must name each axis once") {
  const Volume<std::uint8_t> volume({2, 2, 2});
  const std::string message = test::message_of<Error>([&] {
    reorient(source_of(volume), {{0, 0, 2}, {}});
  });
  CHECK(message.find("--permute") != std::string::npos);
  CHECK(message.find("each of x, y and z once") != std::string::npos);
}

TEST_CASE("a stack with missing slices says so when z moves") {
  const Volume<std::uint8_t> volume({3, 3, 3});
  auto memory = source_of(volume);
  memory->mutable_description().slice_step = 50;
  const auto source = reorient(std::move(memory), {{2, 1, 0}, {}});
  CHECK(source->description().notices.back().find("no longer z") != std::string::npos);
}
