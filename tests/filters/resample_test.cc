// SPDX-License-Identifier: Apache-2.0
#include "filters/resample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "volumes/memory_source.h"
#include "volumes/random_volume.h"
#include "volumes/reduce.h"

namespace fossilct {
namespace {

using test::MemorySource;
using test::random_volume;
using test::read_all;
using test::read_piecewise;
using test::same_voxels;

template <typename T>
std::unique_ptr<MemorySource<T>> source_with(const Volume<T>& volume, const Vector3& spacing,
                                             VolumeKind kind = VolumeKind::intensity) {
  ScanDescription description = test::full_description(volume);
  description.grid.spacing_um = spacing;
  description.kind = kind;
  return std::make_unique<MemorySource<T>>(volume.clone(), description, 4);
}

// f at the centres of a grid's voxels, in micrometres.
template <typename F>
Volume<float> sampled(const Grid& grid, F&& f) {
  Volume<float> volume(grid.size);
  for (std::int64_t z = 0; z < grid.size.z; ++z) {
    for (std::int64_t y = 0; y < grid.size.y; ++y) {
      for (std::int64_t x = 0; x < grid.size.x; ++x) {
        volume(x, y, z) = static_cast<float>(f(grid.physical_from_index(
            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)})));
      }
    }
  }
  return volume;
}

double plane(const Vector3& p_um) { return 3 + 0.5 * p_um.x - 0.25 * p_um.y + 2 * p_um.z; }

// The largest difference, `margin` voxels of the border left out.
double difference(const Volume<float>& a, const Volume<float>& b, std::int64_t margin) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::int64_t z = margin; z < a.size().z - margin; ++z) {
    for (std::int64_t y = margin; y < a.size().y - margin; ++y) {
      for (std::int64_t x = margin; x < a.size().x - margin; ++x) {
        largest = std::max(largest, std::abs(static_cast<double>(a(x, y, z)) - b(x, y, z)));
      }
    }
  }
  return largest;
}

template <typename F>
void check_function(const Vector3& from, const Vector3& to, F&& f, double tolerance) {
  Grid grid;
  grid.size = {24, 20, 18};
  grid.spacing_um = from;
  grid.origin_um = {10, 20, 30};
  const auto source = resample(source_with(sampled(grid, f), from), to);
  const Volume<float> read = read_all<float>(*source);
  const auto margin = static_cast<std::int64_t>(
      std::ceil(std::max({from.x / to.x, from.y / to.y, from.z / to.z, 1.0})));
  CHECK(difference(read, sampled(source->grid(), f), margin) < tolerance);
}

TEST_CASE("the new grid begins at the same corner and covers the same piece of space") {
  Grid grid;
  grid.size = {10, 20, 31};
  grid.spacing_um = {1, 2, 3};
  grid.origin_um = {5, 5, 5};
  const Grid coarse = resampled(grid, {2, 2, 4});
  CHECK(coarse.size == Size3{5, 20, 23});
  CHECK(coarse.spacing_um == Vector3{2, 2, 4});
  CHECK(coarse.origin_um == Vector3{5.5, 5, 5.5});
  CHECK(resampled(grid, {0.5, 1, 3}).origin_um == Vector3{4.75, 4.5, 5});
  CHECK(resampled(grid, {1000, 1000, 1000}).size == Size3{1, 1, 1});
}

TEST_CASE("a plane stays a plane where voxels become smaller, or larger by a whole factor") {
  for (const Vector3& to : {Vector3{0.5, 0.5, 0.5}, {0.7, 0.9, 0.3}, {2, 2, 2}, {1, 0.4, 3}}) {
    CAPTURE(to.x);
    check_function({1, 1, 1}, to, plane, 1e-4);
  }
  check_function({0.5, 2, 3}, {1, 1, 1}, plane, 1e-4);
}

TEST_CASE("a mean over parts of voxels is off by an eighth of an old voxel at most") {
  // A voxel covered to the part p counts at its centre, p (1 - p) / 2 of a voxel from where the
  // part's own is.
  for (const Vector3& to : {Vector3{1.3, 1, 1}, {1, 1.7, 1}, {1, 1, 2.5}, {1, 1, 3.1}}) {
    const double bound =
        0.5 / 8 / to.x * (to.x > 1) + 0.25 / 8 / to.y * (to.y > 1) + 2.0 / 8 / to.z * (to.z > 1);
    check_function({1, 1, 1}, to, plane, bound + 1e-4);
  }
}

TEST_CASE("what is curved is met within the error of linear interpolation and of the mean") {
  // f'' of sin(x / 8) is at most 1 / 64: linear interpolation is off by h^2 / 8 f'' = 0.002, the
  // mean over 2 by 2^2 / 24 f'' = 0.0026.
  const auto wave = [](const Vector3& p_um) { return std::sin(p_um.x / 8); };
  check_function({1, 1, 1}, {0.6, 1, 1}, wave, 0.0021);
  check_function({1, 1, 1}, {2, 1, 1}, wave, 0.0028);
}

TEST_CASE("twice the voxel size is what the pyramid makes of it") {
  const Volume<std::uint16_t> volume = random_volume<std::uint16_t>({12, 10, 8}, 3);
  const auto source = resample(source_with(volume, {1, 1, 1}), {2, 2, 2});
  Volume<std::uint16_t> halved(reduced_by_two(volume.size()));
  reduce_by_two(volume.view(), VolumeKind::intensity, halved.view());
  CHECK(same_voxels(read_all<std::uint16_t>(*source), halved));
}

TEST_CASE("a mean keeps the mean of the whole") {
  const Volume<float> volume = random_volume<float>({30, 15, 20}, 4);
  const auto source = resample(source_with(volume, {1, 1, 1}), {2.5, 1.5, 4});
  const Volume<float> read = read_all<float>(*source);
  const auto mean = [](const Volume<float>& v) {
    double sum = 0;
    for (std::int64_t i = 0; i < voxel_count(v.size()); ++i) {
      sum += v.data()[i];
    }
    return sum / static_cast<double>(voxel_count(v.size()));
  };
  CHECK(read.size() == Size3{12, 10, 5});
  CHECK(mean(read) == doctest::Approx(mean(volume)).epsilon(1e-5));
}

TEST_CASE("labels are picked, never mixed") {
  Volume<std::uint32_t> labels({8, 8, 8});
  for (std::int64_t i = 0; i < 512; ++i) {
    labels.data()[i] = i % 8 < 4 ? 0 : 4'000'000'001U;
  }
  const auto source = resample(source_with(labels, {1, 1, 1}, VolumeKind::labels), {0.75, 1, 1});
  const Volume<std::uint32_t> read = read_all<std::uint32_t>(*source);
  CHECK(read.size() == Size3{11, 8, 8});
  for (std::int64_t x = 0; x < 11; ++x) {
    const double centre = (static_cast<double>(x) + 0.5) * 0.75;
    CHECK(read(x, 3, 3) == (centre < 4 ? 0 : 4'000'000'001U));
  }
}

TEST_CASE("pieces make the whole, of every type") {
  const auto check = [](const auto& volume) {
    using T = std::remove_cvref_t<decltype(*volume.data())>;
    for (const Vector3& to : {Vector3{0.6, 1.7, 0.8}, {3, 0.9, 2.2}}) {
      const auto source = resample(source_with(volume, {1, 1, 1}), to);
      CHECK(same_voxels(read_piecewise<T>(*source), read_all<T>(*source)));
    }
  };
  check(random_volume<std::uint8_t>({11, 9, 13}, 5));
  check(random_volume<std::int16_t>({11, 9, 13}, 6));
  check(random_volume<std::uint32_t>({11, 9, 13}, 7));
  check(random_volume<double>({11, 9, 13}, 8));
}

TEST_CASE("integers are rounded and stay in their range") {
  Volume<std::uint8_t> volume({4, 1, 1});
  std::fill_n(volume.data(), 4, std::uint8_t{255});
  volume(0, 0, 0) = 254;
  const auto halved = read_all<std::uint8_t>(*resample(source_with(volume, {1, 1, 1}), {2, 1, 1}));
  CHECK(halved(0, 0, 0) == 255);  // 254.5
  CHECK(halved(1, 0, 0) == 255);
}

TEST_CASE("the description says what became of the scan") {
  const Volume<std::uint8_t> volume({8, 8, 8});
  auto memory = source_with(volume, {1, 1, 1});
  memory->mutable_description().slice_numbers = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto source = resample(std::move(memory), {1, 1, 2});
  CHECK(source->description().slice_numbers.empty());
  CHECK_FALSE(source->description().statistics.has_value());
  CHECK(source->description().levels == 1);
  CHECK(source->preferred_slab() == 2);
  CHECK(source->description().notices.back() == "resampled from voxels of 1,1,1 to 1,1,2 um");
}

TEST_CASE("the same voxel size hands the source through") {
  const Volume<std::uint8_t> volume({2, 2, 2});
  auto memory = source_with(volume, {1, 2, 3});
  const VolumeSource* const before = memory.get();
  CHECK(resample(std::move(memory), {1, 2, 3}).get() == before);
}

}  // namespace
}  // namespace fossilct
