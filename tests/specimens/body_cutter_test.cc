// SPDX-License-Identifier: Apache-2.0
#include "specimens/body_cutter.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using test::source_of;

// Three boxes of bodies, 1 .. 3, one of them at the scan's faces, and a speck of somebody else.
Volume<std::uint32_t> scene() {
  Volume<std::uint32_t> bodies({30, 24, 40});
  const auto fill = [&](const Box& box, std::uint32_t value) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          bodies(x, y, z) = value;
        }
      }
    }
  };
  fill({{0, 0, 0}, {4, 5, 6}}, 1);
  fill({{10, 8, 12}, {18, 16, 20}}, 2);
  fill({{11, 9, 23}, {17, 15, 40}}, 3);
  fill({{20, 9, 14}, {21, 10, 15}}, some_other_body);
  return bodies;
}
const std::vector<Box> boxes = {
    {{0, 0, 0}, {4, 5, 6}}, {{10, 8, 12}, {18, 16, 20}}, {{11, 9, 23}, {17, 15, 40}}};

Volume<float> ramp(const Size3& size) {
  Volume<float> grey(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        grey(x, y, z) = static_cast<float>(x + 100 * y + 10'000 * z);
      }
    }
  }
  return grey;
}

std::map<std::size_t, CutBody> cut(const CutOptions& options, std::int64_t preferred_slab = 1) {
  const Volume<std::uint32_t> bodies = scene();
  const auto ids = source_of(bodies, preferred_slab);
  const auto grey = source_of(ramp(bodies.size()), preferred_slab);
  std::map<std::size_t, CutBody> result;
  std::mutex mutex;
  Progress silent;
  cut_bodies(
      {ids.get(), grey.get(), nullptr, nullptr, ids.get()}, boxes, options,
      [&](CutBody& body) {
        const std::lock_guard lock(mutex);
        CHECK(result.emplace(body.index, std::move(body)).second);
      },
      silent);
  return result;
}

std::int64_t count(const Volume<std::uint8_t>& mask, std::uint8_t value) {
  return std::count(mask.data(), mask.data() + voxel_count(mask.size()), value);
}

TEST_CASE("each body is cut out with its margin, its neighbours marked, its grey values in place") {
  const auto bodies = cut({3, std::int64_t{1} << 30, 1});
  REQUIRE(bodies.size() == 3);
  const CutBody& middle = bodies.at(1);
  CHECK(middle.reduction == 1);
  CHECK(middle.crop.begin == Index3{7, 5, 9});
  CHECK(middle.crop.grid.size == Size3{14, 14, 14});
  CHECK(count(middle.crop.mask, mask_body) == 8 * 8 * 8);
  CHECK(count(middle.crop.mask, mask_other_body) == 1);
  CHECK(middle.crop.mask(13, 4, 5) == mask_other_body);
  CHECK(middle.crop.grey(3, 4, 5) == static_cast<float>(10 + 100 * 9 + 10'000 * 14));
  CHECK(middle.earlier_ids(3, 4, 5) == 2);
  CHECK(middle.crop.at_scan_face == std::array<bool, 6>{});
  const Vector3 centre = middle.crop.grid.physical_from_index({0, 0, 0});
  CHECK(centre == Vector3{10 + 0.5 * 7, 20 + 2 * 5, 30 + 3 * 9});
  CHECK(bodies.at(0).crop.at_scan_face ==
        std::array<bool, 6>{true, false, true, false, true, false});
  CHECK(bodies.at(2).crop.at_scan_face[5]);
}

TEST_CASE("slabs, threads and a memory that lets bodies wait change nothing") {
  const auto expected = cut({3, std::int64_t{1} << 30, 1});
  // The middle body's crop, the largest but one, takes 14^3 voxels.
  const std::int64_t tight = 2 * 14 * 14 * 24 * bytes_a_crop_voxel;
  for (const CutOptions& options : {CutOptions{3, std::int64_t{1} << 30, 3},
                                    CutOptions{3, tight, 1}, CutOptions{3, tight, 2}}) {
    for (const std::int64_t slab : {1, 7, 64}) {
      const auto found = cut(options, slab);
      REQUIRE(found.size() == expected.size());
      for (const auto& [index, body] : expected) {
        CAPTURE(index);
        CHECK(found.at(index).reduction == 1);
        CHECK(test::same_voxels(found.at(index).crop.mask, body.crop.mask));
        CHECK(test::same_voxels(found.at(index).crop.grey, body.crop.grey));
      }
    }
  }
}

TEST_CASE("a body of too many voxels is cut at a lower resolution, in its place") {
  const auto bodies = cut({2, std::int64_t{1} << 30, 1, 8 * 8 * 8}, 5);
  const CutBody& body = bodies.at(1);  // 12^3 voxels with its margin: 6^3 cells
  REQUIRE(body.reduction == 2);
  CHECK(body.crop.grid.size == Size3{6, 6, 6});
  CHECK(body.crop.grid.spacing_um == Vector3{1, 4, 6});
  CHECK(count(body.crop.mask, mask_body) == 4 * 4 * 4);
  CHECK(body.crop.mask(1, 1, 1) == mask_body);
  CHECK(body.crop.mask(0, 1, 1) == 0);
  // The mean of the ramp is that at the cell's centre.
  const Vector3 at = body.crop.grid.physical_from_index({1, 1, 1});
  CHECK(at == Vector3{10 + 0.5 * 10.5, 20 + 2 * 8.5, 30 + 3 * 12.5});
  CHECK(body.crop.grey(1, 1, 1) == doctest::Approx(10.5 + 100 * 8.5 + 10'000 * 12.5));
}

TEST_CASE("an odd crop's last cells count the voxels they hold") {
  const auto bodies = cut({1, std::int64_t{1} << 30, 1, 6 * 6 * 12});
  const CutBody& body = bodies.at(2);  // 8 x 8 x 18 voxels with its margin, at the last slice
  REQUIRE(body.reduction == 2);
  CHECK(body.crop.grid.size == Size3{4, 4, 9});
  // One voxel of margin: x 11 .. 17 fills the cells 10 | 11, 12 | .. to a half at least.
  CHECK(count(body.crop.mask, mask_body) > 0);
  CHECK(body.crop.mask(1, 1, 8) == mask_body);
}

TEST_CASE("a memory that does not hold the largest body is refused before anything is read") {
  const std::int64_t largest = 12 * 12 * 20 * bytes_a_crop_voxel;
  CHECK(cut({3, largest, 1}).size() == 3);
  const std::string message = test::message_of<Error>([&] { cut({3, largest - 1, 1}); });
  CHECK(message.find("--memory: ") == 0);
  CHECK(message.find("a body of 6 x 6 x 17 voxels") != std::string::npos);
}

TEST_CASE("a sheet one voxel thick is still there at a lower resolution") {
  Volume<std::uint32_t> bodies({40, 40, 40});
  for (std::int64_t y = 4; y < 36; ++y) {
    for (std::int64_t x = 4; x < 36; ++x) {
      bodies(x, y, 20) = 1;
    }
  }
  const auto ids = source_of(bodies);
  const std::vector<Box> sheet = {{{4, 4, 20}, {36, 36, 21}}};
  Progress silent;
  cut_bodies(
      {ids.get(), nullptr, ids.get()}, sheet, {2, std::int64_t{1} << 30, 1, 36 * 36 * 5 / 20},
      [](CutBody& body) {
        REQUIRE(body.reduction == 4);
        CHECK(count(body.crop.mask, mask_body) == 81);  // 32 voxels, from the third of a cell on
        for (std::int64_t i = 0; i < voxel_count(body.crop.mask.size()); ++i) {
          REQUIRE((body.classes.data()[i] == 1) == (body.crop.mask.data()[i] == mask_body));
        }
      },
      silent);
}

TEST_CASE("a wish to stop ends the sweep, and what take throws comes through") {
  const Volume<std::uint32_t> volume = scene();
  const auto ids = source_of(volume);
  Progress progress;
  CHECK_THROWS_AS(cut_bodies(
                      {ids.get()}, boxes, {},
                      [](CutBody&) { throw std::runtime_error("disk full"); }, progress),
                  std::runtime_error);
  progress.request_cancel();
  CHECK_THROWS_AS(cut_bodies(
                      {ids.get()}, boxes, {}, [](CutBody&) {}, progress),
                  Cancelled);
}

}  // namespace
}  // namespace fossilct
