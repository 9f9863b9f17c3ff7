// SPDX-License-Identifier: Apache-2.0
#include "segment/tiles.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fossilct {
namespace {

std::int64_t rounded_up(std::int64_t number, std::int64_t multiple) {
  return (number + multiple - 1) / multiple * multiple;
}

}  // namespace

std::vector<TileSpan> tiles_along(std::int64_t length, std::int64_t most, std::int64_t multiple) {
  assert(length >= 1 && most >= 1 && multiple >= 1);
  if (length <= most) {
    return {{0, length}};
  }
  const std::int64_t longest = std::max(multiple, most / multiple * multiple);
  // `count` tiles that overlap by half cover (count + 1) / 2 lengths.
  std::int64_t count = 2;
  while (rounded_up((2 * length + count) / (count + 1), multiple) > longest) {
    ++count;
  }
  const std::int64_t tile =
      std::min(length, rounded_up((2 * length + count) / (count + 1), multiple));
  std::vector<TileSpan> tiles;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = i * (length - tile) / (count - 1);
    tiles.push_back({begin, begin + tile});
  }
  return tiles;
}

std::vector<float> tile_weights(std::int64_t length) {
  const double deviation = static_cast<double>(length) / 8;
  const double centre = static_cast<double>(length - 1) / 2;
  std::vector<float> weights(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double distance = (static_cast<double>(i) - centre) / deviation;
    weights[i] = static_cast<float>(std::exp(-distance * distance / 2));
  }
  return weights;
}

}  // namespace fossilct
