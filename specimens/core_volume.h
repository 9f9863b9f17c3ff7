// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "volumes/volume.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How much of a scan is the core, and where.
struct CoreVolume {
  double share = 1;      // of the scan's voxels
  double volume = 0;     // in um3, or voxels where the voxel size is not known
  bool has_air = false;  // around the core, or voxels that are not finite; else all is core
  double air_threshold = 0;
  std::optional<double> air_grey;  // the median of what is below the threshold, in pores too
  double share_not_finite = 0;     // NaN or infinite, as beyond the field of view
  // 1 core, 0 none, at a level of the resolution, as RockRegion takes it; empty: all is core.
  Volume<std::uint8_t> rock;
};

// The volume of the core with its pores, without the air around it: what counts of fossils are per.
// Air is what lies below the threshold of intensity_scale() on a level of 1/2, 1/4 ... of the
// resolution with at most 256 voxels along an axis, where a ball of 1/32 of the scan's width fits
// in with nothing but air, or the outside of the scan, in it; joined by faces to a body of air that
// touches a side of the scan (x or y) and holds at least 1% of it. So pores are core, also those
// that are open to the side by a mouth of less than 1/16 of the scan's width. What is not finite
// at that level is never core, and joins air that it touches. Bias on a cylinder of 100 voxels
// radius: below 1% (a test). Reads the scan twice (sampled slices, then all of it), the second time
// as the stage "core volume". Memory: 256^3 floats, distances and components, some 250 MB.
CoreVolume measure_core(std::unique_ptr<VolumeSource> scan, Progress& progress);

}  // namespace fossilct
