// SPDX-License-Identifier: Apache-2.0
#include "io/chunk_grid.h"

#include <algorithm>

namespace fossilct {

namespace {

constexpr Size3 chunk_of_most_scans{128, 64, 32};
// A slab of one chunk's depth stays below this; beyond it chunks get flatter.
constexpr std::int64_t largest_slab_bytes = std::int64_t{512} << 20;

}  // namespace

Size3 chunk_size_for(const Size3& volume, PixelType type) {
  Size3 chunk{std::min(volume.x, chunk_of_most_scans.x), std::min(volume.y, chunk_of_most_scans.y),
              chunk_of_most_scans.z};
  const std::int64_t slice_bytes = volume.x * volume.y * static_cast<std::int64_t>(bytes_of(type));
  while (chunk.z > 4 && chunk.z * slice_bytes > largest_slab_bytes) {
    chunk.z /= 2;
  }
  chunk.z = std::min(chunk.z, volume.z);
  return chunk;
}

Box ChunkGrid::box_of(const Index3& c) const {
  const Index3 begin{c.x * chunk.x, c.y * chunk.y, c.z * chunk.z};
  return {begin,
          {std::min(begin.x + chunk.x, volume.x), std::min(begin.y + chunk.y, volume.y),
           std::min(begin.z + chunk.z, volume.z)}};
}

Box ChunkGrid::chunks_of(const Box& box) const {
  return {{box.begin.x / chunk.x, box.begin.y / chunk.y, box.begin.z / chunk.z},
          {(box.end.x - 1) / chunk.x + 1, (box.end.y - 1) / chunk.y + 1,
           (box.end.z - 1) / chunk.z + 1}};
}

Index3 nth(const Box& box, std::int64_t n) {
  const Size3 size = box.size();
  return {box.begin.x + n % size.x, box.begin.y + n / size.x % size.y,
          box.begin.z + n / (size.x * size.y)};
}

}  // namespace fossilct
