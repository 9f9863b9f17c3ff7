// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/progress.h"
#include "segment/scores.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Of one slice: foreground, of whatever class, against background (0), in voxels.
struct SliceErrors {
  std::int64_t hits = 0;             // foreground in both
  std::int64_t false_positives = 0;  // predicted only
  std::int64_t false_negatives = 0;  // in the truth only
  std::int64_t background = 0;       // in neither

  bool looked_at() const { return hits + false_positives + false_negatives + background > 0; }
  double iou() const;  // NaN where there is no foreground in either
};

struct VoxelCounts {
  ConfusionMatrix confusion;
  std::vector<SliceErrors> slices;  // along z
  std::int64_t ignored = 0;         // voxels nobody has looked at
};

// Counts the pairs of labels of two volumes of u8 class numbers and of one size (assert), except
// where the truth is 255; one pass, the stage "voxels". The same for any number of threads. Throws
// as ConfusionMatrix::add and the sources. Cost: some 1 ns a voxel and thread. Memory: a slab of
// both.
VoxelCounts count_voxels(VolumeSource& prediction, VolumeSource& truth, int classes, int threads,
                         Progress& progress);

}  // namespace fossilct
