// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "io/open_scan.h"
#include "segment/axis.h"
#include "train/training_data.h"
#include "volumes/label_classes.h"

namespace fossilct {

// A scan and its labels: anything that `fossilct import` reads.
struct ScanAndLabels {
  std::filesystem::path scan;
  std::filesystem::path labels;
};

struct TrainingInputs {
  std::vector<ScanAndLabels> training;
  std::vector<ScanAndLabels> validation;
  std::vector<ScanAndLabels> test;
  OpenOptions scans;                          // how scans are read
  OpenOptions labels;                         // and labels; the voxel size is that of the scans
  std::vector<LabelClass> classes;            // empty: those of the label files
  std::optional<std::int64_t> ignored = 255;  // the value of voxels nobody has looked at
  bool resample = false;  // scans of other voxel sizes are brought to that of the first
};

// Opens all scans and labels, holds them against each other and reads the labels once: what is
// wrong is said before hours are spent. Labels may cover some slices of a scan (io/label_slices.h).
// Their `scale` is left as it is. Notices and warnings go to `progress`. Throws Error: file and
// format as open_scan; format for labels of another size, voxel size or orientation than their
// scan, values of no class, one class only, voxel sizes that differ more than twofold; option.
TrainingData open_training_data(const TrainingInputs& inputs, Progress& progress);

// Slices that are not neighbours (ScanDescription::slice_step) have no context and no other axes.
// Throws Error{option} that names the scan.
void require_neighbours(const TrainingData& data, const std::vector<Axis>& axes, int context);

}  // namespace fossilct
