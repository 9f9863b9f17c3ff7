// SPDX-License-Identifier: Apache-2.0
#include "view/slice_pyramid.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "volumes/block_cache.h"

namespace fossilct {

namespace {

// Begin and end in voxels of a level: all blocks that the range touches and that are there.
std::pair<std::int64_t, std::int64_t> blocks_of(std::int64_t begin, std::int64_t end,
                                                std::int64_t level, std::int64_t size) {
  const std::int64_t step = std::int64_t{1} << level;
  const std::int64_t first = std::clamp<std::int64_t>(begin, 0, size * step) / step;
  const std::int64_t last = (std::max<std::int64_t>(end, 0) + step - 1) / step;
  return {first, std::min(last, size)};
}

template <typename T>
std::vector<T> pixels_of(const AnyConstView& view) {
  std::vector<T> pixels;
  pixels.reserve(static_cast<std::size_t>(voxel_count(view.size())));
  dispatch(view.type(), [&]<typename From>(std::type_identity<From>) {
    const auto voxels = view.as<From>();
    for (std::int64_t z = 0; z < view.size().z; ++z) {
      for (std::int64_t y = 0; y < view.size().y; ++y) {
        const auto* row = voxels.row(y, z);
        std::transform(row, row + view.size().x, std::back_inserter(pixels),
                       [](From voxel) { return static_cast<T>(voxel); });
      }
    }
  });
  return pixels;
}

}  // namespace

SlicePyramid::SlicePyramid(std::vector<std::unique_ptr<VolumeSource>> levels,
                           std::int64_t most_bytes) {
  assert(!levels.empty());
  // The finest level needs most; what the coarser ones leave is for it.
  for (auto& level : levels) {
    most_bytes = levels.size() == 1 ? most_bytes : most_bytes / 2;
    levels_.push_back(cached(std::move(level), most_bytes));
  }
}

std::int64_t SlicePyramid::level_for(double pixels_a_voxel) const {
  std::int64_t level = 0;
  while (level + 1 < level_count() && pixels_a_voxel * std::exp2(level + 1) <= 1) {
    ++level;
  }
  return level;
}

std::int64_t SlicePyramid::overview_level(std::int64_t most_voxels) const {
  std::int64_t level = 0;
  while (level + 1 < level_count() &&
         voxel_count(levels_[static_cast<std::size_t>(level)]->grid().size) > most_voxels) {
    ++level;
  }
  return level;
}

template <typename T>
Slice<T> SlicePyramid::read(const SliceRequest& request) {
  VolumeSource& source = *levels_[static_cast<std::size_t>(request.level)];
  const Size3& size = source.grid().size;
  const PlaneAxes axes = axes_of(request.across);
  const auto [u_begin, u_end] = blocks_of(request.region.u_begin, request.region.u_end,
                                          request.level, component(size, axes.u));
  const auto [v_begin, v_end] = blocks_of(request.region.v_begin, request.region.v_end,
                                          request.level, component(size, axes.v));
  Slice<T> slice;
  slice.request = request;
  if (u_begin >= u_end || v_begin >= v_end) {
    return slice;
  }
  const std::int64_t step = slice.voxels_a_pixel();
  slice.width = u_end - u_begin;
  slice.height = v_end - v_begin;
  slice.covered = {u_begin * step, v_begin * step, u_end * step, v_end * step};
  const std::int64_t at =
      std::clamp<std::int64_t>(request.position / step, 0, component(size, axes.normal) - 1);
  Box box;
  component(box.begin, axes.u) = u_begin;
  component(box.end, axes.u) = u_end;
  component(box.begin, axes.v) = v_begin;
  component(box.end, axes.v) = v_end;
  component(box.begin, axes.normal) = at;
  component(box.end, axes.normal) = at + 1;
  const AnyVolume voxels = source.read(box);
  slice.pixels = pixels_of<T>(voxels.view());
  return slice;
}

template Slice<float> SlicePyramid::read(const SliceRequest& request);
template Slice<std::uint32_t> SlicePyramid::read(const SliceRequest& request);

PlaneBox whole_plane(const Size3& size, Across across) {
  const PlaneAxes axes = axes_of(across);
  return {0, 0, component(size, axes.u), component(size, axes.v)};
}

}  // namespace fossilct
