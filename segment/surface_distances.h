// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/progress.h"
#include "volumes/grid.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Distances between surfaces are exact up to so many voxels; a larger one counts as so many.
inline constexpr int surface_limit_voxels = 64;

struct SurfaceOptions {
  int classes = 2;           // 0 .. classes - 1; 0, the background, is not measured; at most 255
  Vector3 spacing{1, 1, 1};  // the unit of the distances is its unit
  // What is looked at together, without the halo: memory is 8 bytes a voxel of it with a halo of
  // 65 voxels on each side, here 0.8 GB.
  Size3 tile{384, 384, 256};
  int threads = 1;
};

// Between the surface of a class in the truth and in the prediction. All NaN where neither has one;
// where only one has, every distance is the limit.
struct SurfaceScores {
  // The share of both surfaces within 1 and 2 voxels of the other (surface DSC, Nikolov et al.
  // 2018, arXiv 1809.04430, on voxels rather than on triangles), a voxel being the mean of the
  // three spacings.
  double dice_at_1_voxel = std::numeric_limits<double>::quiet_NaN();
  double dice_at_2_voxels = std::numeric_limits<double>::quiet_NaN();
  // The mean over the voxels of both surfaces of the distance to the other.
  double mean_distance = std::numeric_limits<double>::quiet_NaN();
  // The larger of the two 95th percentiles, from truth to prediction and back, interpolated
  // linearly between the voxels' distances.
  double hausdorff_95 = std::numeric_limits<double>::quiet_NaN();
  std::int64_t truth_voxels = 0;  // of the surfaces
  std::int64_t predicted_voxels = 0;
  std::int64_t far_voxels = 0;  // of both, at the limit or beyond it
};

// Of every class against all others, at its place; that of class 0 stays empty. A surface voxel is
// of the class and has one of its 6 neighbours in another, or outside the volume (as with
// scipy.ndimage.binary_erosion and the code of Nikolov et al.). Where the truth is 255 nobody has
// looked: nothing there counts, in neither volume, and a neighbour there makes no surface.
// Distances go from centre to centre and are exact up to 64 times the smallest spacing (or 2 mean
// ones where that is more), which is the limit. The figures are the same for any tile and any
// number of threads; with spacings that differ but for rounding.
// Both sources are u8 and of one size (assert). Cost: some 150 ns a voxel and class where the two
// differ all over the tile, a few ns where they are the same; in large volumes each voxel is read
// 1.7 to 2.4 times, which is slow where slices can't be read in parts. Throws what the sources
// throw; stage "surfaces".
std::vector<SurfaceScores> surface_scores(VolumeSource& prediction, VolumeSource& truth,
                                          const SurfaceOptions& options, Progress& progress);

}  // namespace fossilct
