// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "base/progress.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How much of a scan is the core.
struct CoreVolume {
  double share = 1;      // of the scan's voxels
  double volume = 0;     // in um3, or voxels where the voxel size is not known
  bool has_air = false;  // around the core; otherwise all of the scan counts
  double air_threshold = 0;
  std::optional<double> air_grey;  // the median of what is below the threshold, in pores too
};

// The volume of the core with its pores, without the air around it: what counts of fossils are per.
// Air is what lies below the threshold of intensity_scale() and is joined by faces, on a level of
// 1/2, 1/4 ... of the resolution with at most 256 voxels along an axis, to a body of air that
// touches a side of the scan (x or y) and holds at least 1% of it. Pores inside the core count as
// core; one that is open to the side at that level does not. Bias on a cylinder of 100 voxels
// radius: below 1% (a test). Reads the scan twice (sampled slices, then all of it), the second time
// as the stage "core volume". Memory: 256^3 floats and their components, some 150 MB.
CoreVolume measure_core(std::unique_ptr<VolumeSource> scan, Progress& progress);

}  // namespace fossilct
