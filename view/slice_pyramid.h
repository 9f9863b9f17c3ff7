// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "view/slice_plane.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A piece of a slice that is wanted; positions and the region are in voxels of the full resolution.
struct SliceRequest {
  Across across = Across::z;
  std::int64_t position = 0;  // of the slice, along the axis it lies across
  PlaneBox region;
  std::int64_t level = 0;  // at 1 / 2^level of the resolution
  friend bool operator==(const SliceRequest&, const SliceRequest&) = default;
};

// That piece, row by row: pixel (i, j) stands for the 2^level voxels of each axis from
// covered.begin + 2^level * (i, j) on. `covered` holds the region, but for the last voxels of an
// axis that fill no block of a coarser level.
template <typename T>
struct Slice {
  SliceRequest request;
  PlaneBox covered;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<T> pixels;

  std::int64_t voxels_a_pixel() const { return std::int64_t{1} << request.level; }
  // 0 beyond the slice; (u, v) in voxels of the full resolution.
  T at_voxel(std::int64_t u, std::int64_t v) const {
    const std::int64_t step = voxels_a_pixel();
    const std::int64_t i = (u - covered.u_begin) / step;
    const std::int64_t j = (v - covered.v_begin) / step;
    const bool inside = u >= covered.u_begin && v >= covered.v_begin && i < width && j < height;
    return inside ? pixels[static_cast<std::size_t>(j * width + i)] : T{};
  }
};

// Slices out of a volume of any size that has smaller copies of itself: what is looked at is read,
// at the resolution it is looked at, and kept for the next slices.
class SlicePyramid {
 public:
  // levels[k] holds the volume at 1 / 2^k of the resolution, levels[0] all of it (one level at
  // least; assert). Of the voxels read, at most some `most_bytes` are kept.
  SlicePyramid(std::vector<std::unique_ptr<VolumeSource>> levels, std::int64_t most_bytes);

  const Grid& grid() const { return levels_.front()->grid(); }
  std::int64_t level_count() const { return static_cast<std::int64_t>(levels_.size()); }
  // The coarsest level with at least a voxel a pixel, where a voxel of the full resolution is
  // `pixels_a_voxel` wide.
  std::int64_t level_for(double pixels_a_voxel) const;
  // The finest level of at most `most_voxels`, or the coarsest: to show something at once.
  std::int64_t overview_level(std::int64_t most_voxels = std::int64_t{1} << 24) const;

  // The region is cut to the volume; one that lies beyond it gives no pixels. T is float
  // (intensities) or std::uint32_t (ids). By one thread at a time. Throws as VolumeSource::read().
  // Cost: the blocks of 64^3 voxels that the piece crosses and that are not kept, 1 to 2 ms each.
  template <typename T>
  Slice<T> read(const SliceRequest& request);

 private:
  std::vector<std::unique_ptr<VolumeSource>> levels_;
};

// All of a slice.
PlaneBox whole_plane(const Size3& size, Across across);

}  // namespace fossilct
