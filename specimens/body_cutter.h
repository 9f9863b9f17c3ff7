// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/progress.h"
#include "specimens/body_crop.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `specimens`: bodies cut out of a volume in one sweep.

// A voxel of CutSources::bodies that belongs to a body nobody asked for.
inline constexpr std::uint32_t some_other_body = 0xffff'ffff;

// Volumes of one size (assert). Null: not there, and the volumes of CutBody made of it are empty.
struct CutSources {
  VolumeSource* bodies = nullptr;       // u32: k + 1 in the voxels of wanted[k], 0 outside
  VolumeSource* grey = nullptr;         // f32
  VolumeSource* classes = nullptr;      // u32
  VolumeSource* uncertainty = nullptr;  // u8
  VolumeSource* earlier_ids = nullptr;  // u32
};

struct CutOptions {
  std::int64_t margin_voxels = 8;  // around a body's box, as far as the volume goes; at least 1
  // What may be held at once, with the working memory of whoever measures.
  std::int64_t memory_bytes = std::int64_t{4} << 30;
  int threads = 1;
  // A crop of more voxels is cut at 1/2, 1/4 ... of the resolution: the result does not hang on the
  // memory of the machine. At least 64.
  std::int64_t most_crop_voxels = std::int64_t{1} << 26;
};

// Working memory of measuring, by voxels of a crop: distances, tissue, chambers, copies.
inline constexpr std::int64_t bytes_a_crop_voxel = 64;

struct CutBody {
  std::size_t index = 0;  // in `wanted`
  int reduction = 1;      // the crop's voxels are `reduction` of the scan's along each axis
  BodyCrop crop;
  Volume<std::uint32_t> classes;
  Volume<std::uint8_t> uncertainty;
  Volume<std::uint32_t> earlier_ids;
};

// Cuts out the bodies with boxes `wanted` and hands each to `take`, from up to `threads` threads at
// once, in no promised order. Reads all sources upwards, slices without a wanted body not at all;
// where the crops of one sweep would pass the memory, some wait for another one. At a reduced
// resolution a voxel is of the body where at least half of the scan's voxels in it are (of a body
// so thin that this would lose half of it: where any is), grey is the mean of those that are no
// NaN, and classes, uncertainty and earlier ids are those of the last voxel of the body in it, 0
// where there is none. Advances
// `progress` by one a body. Throws Error{option} of --memory, before anything is read, where it
// does not hold the largest crop; what sources and `take` throw; Cancelled. Cost: reading, and some
// 2 ns a voxel of the boxes.
void cut_bodies(const CutSources& sources, std::span<const Box> wanted, const CutOptions& options,
                const std::function<void(CutBody&)>& take, Progress& progress);

}  // namespace fossilct
