// SPDX-License-Identifier: Apache-2.0
#include "volumes/adaptors.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "support.h"
#include "volumes/memory_source.h"
#include "volumes/random_volume.h"
#include "volumes/reduce.h"

using namespace fossilct;
using test::MemorySource;
using test::message_of;
using test::random_volume;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;
using test::source_of;

namespace {

// What every adaptor hands on.
void check_carried_over(const ScanDescription& description) {
  CHECK(description.format == "memory");
  CHECK(description.files.size() == 2);
  CHECK(description.notices.at(0) == "an old notice");
  CHECK(description.provenance == Json{{"made", "by hand"}});
  CHECK(description.levels == 1);
}

std::string crop_failure(const Box& box) {
  const Volume<std::uint8_t> volume({10, 20, 30});
  return message_of<Error>([&] { crop(source_of(volume), box); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a shared source gives its voxels to each user, who may change the description") {
  const Volume<std::uint16_t> volume = random_volume<std::uint16_t>({7, 5, 4}, 1);
  const std::shared_ptr<VolumeSource> source = source_of(volume, 3);
  const auto a = shared(source);
  const auto b = shared(source);
  a->mutable_description().grid.spacing_um = {9, 9, 9};
  CHECK(same_voxels(read_all<std::uint16_t>(*a), volume));
  CHECK(same_voxels(read_piecewise<std::uint16_t>(*b), volume));
  CHECK(b->grid().spacing_um == source->grid().spacing_um);
  CHECK(a->preferred_slab() == 3);
}

TEST_CASE("a crop shows its box, at its place in space") {
  const Volume<std::uint16_t> volume = random_volume<std::uint16_t>({9, 8, 7}, 1);
  const Box box = {{2, 1, 3}, {8, 7, 7}};
  const auto source = crop(source_of(volume, 4), box);
  CHECK(source->grid() == cropped(test::full_description(volume).grid, box));
  CHECK(source->preferred_slab() == 4);
  check_carried_over(source->description());
  CHECK_FALSE(source->description().statistics.has_value());
  const Volume<std::uint16_t> part = read_all<std::uint16_t>(*source);
  CHECK(part(0, 0, 0) == volume(2, 1, 3));
  CHECK(part(5, 5, 3) == volume(7, 6, 6));
  CHECK(same_voxels(read_piecewise<std::uint16_t>(*source), part));
}

TEST_CASE("a crop to the whole changes nothing") {
  const Volume<std::uint8_t> volume({4, 4, 4});
  CHECK(crop(source_of(volume), whole(volume.size()))->description().statistics.has_value());
}

TEST_CASE("a crop reads no voxel outside its box") {
  const Volume<std::uint8_t> volume({16, 16, 16});
  auto owned = source_of(volume);
  MemorySource<std::uint8_t>& memory = *owned;
  const auto source = crop(std::move(owned), {{1, 2, 3}, {5, 6, 7}});
  read_all<std::uint8_t>(*source);
  CHECK(memory.voxels_read == 64);
}

TEST_CASE("a roi outside the volume is refused with both sizes and the form expected") {
  const std::string message = crop_failure({{0, 0, 10}, {10, 21, 12}});
  CHECK(contains(message, "--roi: 0:10,0:21,10:12"));
  CHECK(contains(message, "10 x 20 x 30"));
  CHECK(contains(message, "x0:x1,y0:y1,z0:z1"));
  CHECK(contains(crop_failure({{-1, 0, 0}, {5, 5, 5}}), "does not lie inside"));
  CHECK(contains(crop_failure({{5, 5, 5}, {5, 6, 6}}), "holds no voxel"));
  CHECK(contains(crop_failure({{9, 5, 5}, {1, 6, 6}}), "holds no voxel"));
  try {
    crop(source_of(Volume<std::uint8_t>({1, 1, 1})), {{0, 0, 0}, {2, 1, 1}});
    FAIL("a roi outside was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::option);
  }
}

TEST_CASE_TEMPLATE("downsampling is reduction by two, repeated", T, std::uint8_t, std::int16_t,
                   std::uint32_t, float) {
  for (const VolumeKind kind : {VolumeKind::intensity, VolumeKind::labels}) {
    const Volume<T> volume = random_volume<T>({22, 19, 13}, 2);
    Volume<T> once(reduced_by_two(volume.size()));
    reduce_by_two(volume.view(), kind, once.view());
    Volume<T> twice(reduced_by_two(once.size()));
    reduce_by_two(std::as_const(once).view(), kind, twice.view());
    for (const std::int64_t preferred : {1, 3, 4, 64}) {
      auto memory = source_of(volume, preferred);
      memory->mutable_description().kind = kind;
      const auto source = downsample(std::move(memory), 4);
      CHECK(same_voxels(read_all<T>(*source), twice));
      CHECK(same_voxels(read_piecewise<T>(*source), twice));
    }
  }
}

TEST_CASE("a downsampled grid is the reduced one") {
  const Volume<std::uint8_t> volume({22, 19, 13});
  const auto source = downsample(source_of(volume, 16), 4);
  CHECK(source->grid().size == Size3{5, 4, 3});
  const Grid expected = reduced(test::full_description(volume).grid, 4);
  CHECK(source->grid().spacing_um == expected.spacing_um);
  CHECK(source->grid().origin_um == expected.origin_um);
  CHECK(source->preferred_slab() == 4);
  check_carried_over(source->description());
  CHECK_FALSE(source->description().statistics.has_value());
}

TEST_CASE("axes of one voxel stay when a scan is downsampled") {
  const Volume<std::uint16_t> volume = random_volume<std::uint16_t>({8, 1, 1}, 3);
  const auto source = downsample(source_of(volume), 8);
  CHECK(source->grid().size == Size3{1, 1, 1});
  CHECK(source->grid().spacing_um == Vector3{4, 2, 3});
  CHECK(voxel_count(read_all<std::uint16_t>(*source).size()) == 1);
}

TEST_CASE("downsampling refuses what is no power of two") {
  const Volume<std::uint8_t> volume({4, 4, 4});
  for (const std::int64_t factor : {0, -2, 3, 6}) {
    const std::string message = message_of<Error>([&] { downsample(source_of(volume), factor); });
    CHECK(contains(message, "--downsample: " + std::to_string(factor)));
    CHECK(contains(message, "1, 2, 4, 8"));
  }
  CHECK(downsample(source_of(volume), 1)->grid().size == volume.size());
}

TEST_CASE("slices that are not neighbours are said to be joined") {
  const Volume<std::uint8_t> volume({4, 4, 4});
  auto memory = source_of(volume);
  memory->mutable_description().slice_step = 50;
  const auto source = downsample(std::move(memory), 2);
  CHECK(source->description().slice_step == 50);
  CHECK(contains(source->description().notices.back(), "every 50th"));
}

TEST_CASE_TEMPLATE("voxels that are not finite are replaced, the others kept", T, float, double) {
  Volume<T> volume = random_volume<T>({6, 5, 4}, 4);
  volume(1, 2, 3) = std::numeric_limits<T>::quiet_NaN();
  volume(0, 0, 0) = std::numeric_limits<T>::infinity();
  volume(5, 4, 3) = -std::numeric_limits<T>::infinity();
  const auto source = replace_not_finite(source_of(volume), -7.5);
  check_carried_over(source->description());
  CHECK_FALSE(source->description().statistics.has_value());
  const Volume<T> replaced = read_all<T>(*source);
  for (T* const odd : {&volume(1, 2, 3), &volume(0, 0, 0), &volume(5, 4, 3)}) {
    *odd = T{-7.5};
  }
  CHECK(same_voxels(replaced, volume));
  CHECK(same_voxels(read_piecewise<T>(*source), volume));
}

TEST_CASE("where voxels must be finite, the first that is not is named") {
  Volume<float> volume = random_volume<float>({6, 5, 4}, 4);
  const auto fine = require_finite(source_of(volume), "a.tif", "why");
  CHECK(same_voxels(read_all<float>(*fine), volume));
  volume(1, 2, 3) = std::numeric_limits<float>::infinity();
  const auto source = require_finite(source_of(volume), "a.tif", "that is no number");
  CHECK_THROWS_WITH_AS(source->read(Box{{1, 1, 1}, {6, 5, 4}}),
                       "a.tif: the voxel at x 1, y 2, z 3 is infinite, and that is no number",
                       Error);
}

TEST_CASE("replacing what is not finite leaves finite scans as they are") {
  const Volume<std::int16_t> whole_numbers = random_volume<std::int16_t>({4, 4, 4}, 5);
  const Volume<float> finite = random_volume<float>({4, 4, 4}, 5);
  CHECK(replace_not_finite(source_of(whole_numbers), 0)->description().statistics.has_value());
  const auto source = replace_not_finite(source_of(finite), 0);
  CHECK(source->description().notices.size() == 1);
  CHECK(same_voxels(read_all<float>(*source), finite));
}

TEST_CASE("adaptors stack, and never hold more than a piece of the scan") {
  const Volume<std::uint8_t> volume = random_volume<std::uint8_t>({512, 512, 400}, 6);
  auto owned = source_of(volume, 8);
  const MemorySource<std::uint8_t>& memory = *owned;
  auto source = crop(downsample(std::move(owned), 2), {{1, 1, 1}, {255, 255, 199}});
  source = convert(std::move(source), PixelType::f32, std::nullopt);
  const AnyVolume out = source->read(whole(source->grid().size));
  CHECK(memory.most_at_once <= std::int64_t{32} << 20);
  CHECK(out.view().as<float>()(3, 3, 3) == std::floor(out.view().as<float>()(3, 3, 3)));
  check_carried_over(source->description());
}
