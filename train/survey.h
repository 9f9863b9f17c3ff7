// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/progress.h"
#include "train/training_data.h"

namespace fossilct {

// What the labels of a slice (along z) hold.
struct SliceSurvey {
  std::vector<std::int64_t> counts;  // voxels of each class; ignored ones not counted
  // Up to `most_places` voxels of each class but 0, drawn evenly from all of the slice's: y * width
  // + x.
  std::vector<std::vector<std::int64_t>> places;

  bool labelled() const;
};
constexpr std::int64_t most_places = 64;

struct LabelSurvey {
  int classes = 0;
  std::vector<SliceSurvey> slices;  // one a slice of the scan along z

  std::vector<std::int64_t> labelled_slices() const;
};

// One pass over the labels, slab by slab. Memory: a slab, and some kilobytes a slice. Throws
// Error{format} naming scan, value and place of a label at or beyond `classes` that is not ignored.
LabelSurvey survey_labels(LabelledScan& scan, int classes, Progress& progress);

}  // namespace fossilct
