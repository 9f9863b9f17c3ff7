// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "io/spacing.h"
#include "volumes/label_classes.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What `fossilct evaluate` is given.
struct EvaluateInputs {
  std::filesystem::path prediction;
  std::filesystem::path truth;
  std::filesystem::path ids_prediction;  // empty: bodies are not compared
  std::filesystem::path ids_truth;
  SpacingOptions spacing;
  std::vector<LabelClass> classes;            // empty: those of the files
  std::optional<std::int64_t> ignored = 255;  // the truth's value where nobody has looked
  std::filesystem::path scratch;
  int threads = 1;
};

// Volumes of one size that are known to go together.
struct ComparedVolumes {
  std::unique_ptr<VolumeSource> prediction;      // u8 class numbers
  std::unique_ptr<VolumeSource> truth;           // the same, 255 where nobody has looked
  std::unique_ptr<VolumeSource> ids_prediction;  // null where not given
  std::unique_ptr<VolumeSource> ids_truth;
  Grid grid;                        // the prediction's; its voxel size from whoever knows it
  std::vector<LabelClass> classes;  // class k is the k-th; values as in the files
};

// Opens everything, holds it against each other and reads the labels once. The truth may be masks
// of some slices (io/label_slices.h): the others then are not looked at. The classes are those
// given; else those the prediction names; else the truth's; else the values found. Notices and
// warnings go to `progress`. Throws Error: file and format as open_scan; format that names files
// and both values for other sizes, voxel sizes or orientations, and for values of no class; option.
ComparedVolumes open_compared(const EvaluateInputs& inputs, Progress& progress);

}  // namespace fossilct
