// SPDX-License-Identifier: Apache-2.0
#include "volumes/reduce.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "volumes/random_volume.h"

using namespace fossilct;
using test::random_volume;

namespace {

#define ALL_PIXEL_TYPES \
  std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, float, double

const std::vector<Size3> awkward_sizes = {{1, 1, 1}, {2, 2, 2},   {3, 5, 7},   {1, 4, 6},
                                          {4, 1, 6}, {6, 4, 1},   {1, 1, 9},   {9, 1, 1},
                                          {1, 9, 1}, {131, 3, 2}, {257, 2, 5}, {130, 6, 1}};

// The voxels of the block under `p`: up to eight.
template <typename T>
std::vector<T> block_under(const VolumeView<const T>& in, const Index3& p) {
  std::vector<T> block;
  for (std::int64_t z = 2 * p.z; z < std::min(2 * p.z + 2, in.size().z); ++z) {
    for (std::int64_t y = 2 * p.y; y < std::min(2 * p.y + 2, in.size().y); ++y) {
      for (std::int64_t x = 2 * p.x; x < std::min(2 * p.x + 2, in.size().x); ++x) {
        block.push_back(in(x, y, z));
      }
    }
  }
  return block;
}

template <typename T>
T mean_of(const std::vector<T>& block) {
  long double sum = 0;
  for (const T v : block) {
    sum += static_cast<long double>(v);
  }
  const long double mean = sum / static_cast<long double>(block.size());
  return static_cast<T>(std::is_integral_v<T> ? std::floor(mean + 0.5L) : mean);
}

template <typename T>
T majority_of(const std::vector<T>& block) {
  std::map<T, int> votes;
  for (const T v : block) {
    ++votes[v];
  }
  T best = votes.begin()->first;
  for (const auto& [value, count] : votes) {
    best = count >= votes[best] ? value : best;
  }
  return best;
}

template <typename T>
Volume<T> reduced_volume(const VolumeView<const T>& in, VolumeKind kind) {
  Volume<T> out(reduced_by_two(in.size()));
  reduce_by_two(in, kind, out.view());
  return out;
}

// Number of voxels of the reduced volume that are not `expected(block)`.
template <typename T, typename F>
int differences(const VolumeView<const T>& in, VolumeKind kind, F&& expected) {
  const Volume<T> out = reduced_volume(in, kind);
  int wrong = 0;
  for (std::int64_t z = 0; z < out.size().z; ++z) {
    for (std::int64_t y = 0; y < out.size().y; ++y) {
      for (std::int64_t x = 0; x < out.size().x; ++x) {
        wrong += out(x, y, z) != expected(block_under(in, {x, y, z})) ? 1 : 0;
      }
    }
  }
  return wrong;
}

template <typename T>
T reduced_block(const std::vector<T>& eight, VolumeKind kind) {
  return reduced_volume(VolumeView<const T>(eight.data(), {2, 2, 2}), kind)(0, 0, 0);
}

}  // namespace

TEST_CASE_TEMPLATE("the mean of blocks, rounded half up", T, ALL_PIXEL_TYPES) {
  for (const Size3& size : awkward_sizes) {
    CAPTURE(size.x);
    const Volume<T> volume = random_volume<T>(size, 1);
    CHECK(differences<T>(volume.view(), VolumeKind::intensity, mean_of<T>) == 0);
  }
}

TEST_CASE_TEMPLATE("the majority of blocks, ties to the largest label", T, ALL_PIXEL_TYPES) {
  for (const Size3& size : awkward_sizes) {
    CAPTURE(size.x);
    Volume<T> volume = random_volume<T>(size, 2);
    for (std::int64_t i = 0; i < voxel_count(size); ++i) {
      volume.data()[i] = static_cast<T>(std::fmod(static_cast<double>(volume.data()[i]), 3.0));
    }
    CHECK(differences<T>(volume.view(), VolumeKind::labels, majority_of<T>) == 0);
    CHECK(differences<T>(random_volume<T>(size, 3).view(), VolumeKind::labels, majority_of<T>) ==
          0);
  }
}

TEST_CASE_TEMPLATE("strided views reduce as copies of them do", T, ALL_PIXEL_TYPES) {
  const Volume<T> volume = random_volume<T>({23, 17, 9}, 4);
  const VolumeView<const T> part = volume.view().part({{3, 2, 1}, {20, 15, 8}});
  CHECK(differences<T>(part, VolumeKind::intensity, mean_of<T>) == 0);
  CHECK(differences<T>(part, VolumeKind::labels, majority_of<T>) == 0);
}

TEST_CASE("halves are rounded up, for negative values too, without overflow") {
  const auto kind = VolumeKind::intensity;
  CHECK(reduced_block<std::uint8_t>({1, 0, 1, 0, 1, 0, 1, 0}, kind) == 1);
  CHECK(reduced_block<std::int8_t>({-1, 0, -1, 0, -1, 0, -1, 0}, kind) == 0);
  CHECK(reduced_block<std::int16_t>({-1, -2, -1, -2, -1, -2, -1, -2}, kind) == -1);
  const auto highest = std::numeric_limits<std::uint32_t>::max();
  CHECK(reduced_block(std::vector<std::uint32_t>(8, highest), kind) == highest);
  const auto lowest = std::numeric_limits<std::int32_t>::min();
  CHECK(reduced_block(std::vector<std::int32_t>(8, lowest), kind) == lowest);
  CHECK(reduced_block(std::vector<std::uint8_t>(8, 255), kind) == 255);
  CHECK(reduced_block(std::vector<std::int16_t>(8, -32768), kind) == -32768);
}

TEST_CASE_TEMPLATE("NaN is left out of a mean, and stays where there is nothing else", T, float,
                   double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const T largest = std::numeric_limits<T>::max();
  const auto kind = VolumeKind::intensity;
  CHECK(reduced_block<T>({nan, 2, nan, nan, 4, nan, nan, nan}, kind) == 3);
  CHECK(std::isnan(reduced_block(std::vector<T>(8, nan), kind)));
  CHECK(reduced_block(std::vector<T>(8, largest), kind) == largest);
}

TEST_CASE("a thin label survives on background") {
  using Label = std::uint8_t;
  CHECK(reduced_block<Label>({0, 0, 0, 0, 5, 5, 5, 5}, VolumeKind::labels) == 5);
  CHECK(reduced_block<Label>({0, 0, 0, 0, 0, 5, 5, 5}, VolumeKind::labels) == 0);
  CHECK(reduced_block<Label>({1, 2, 3, 4, 5, 6, 7, 8}, VolumeKind::labels) == 8);
  CHECK(reduced_block<std::uint32_t>({9, 9, 0, 0, 4000000000, 4000000000, 1, 2},
                                     VolumeKind::labels) == 4000000000);
}
