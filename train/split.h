// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/survey.h"
#include "train/training_data.h"

namespace fossilct {

enum class SliceRole : std::uint8_t { unused, training, validation };

// Which slices of a scan (along z) are trained on and which choose the best epoch. Labels of other
// than training slices never reach the network, whatever axis a sample is cut along.
struct ScanSplit {
  std::vector<SliceRole> roles;  // one a slice along z
  // The slices along z that samples of the other two axes are cut to: the longest run of training
  // slices; empty where it has fewer than `fewest_rows`.
  std::int64_t rows_begin = 0, rows_end = 0;
  std::string note = {};  // what a reader of the scores must know; empty: nothing

  std::vector<std::int64_t> slices(SliceRole role) const;
};
constexpr std::int64_t fewest_rows = 16;

// Splits one scan of TrainingData::training. `context` widens the guard. Throws
// Error{format|option} naming the scan: no labelled slice, named slices that are not there or not
// labelled, too few to leave any for training.
ScanSplit split_scan(const LabelledScan& scan, const LabelSurvey& survey,
                     const ValidationOptions& options, int context, std::uint64_t seed);

// All labelled slices in one role: of scans that are given for validation or test.
ScanSplit all_slices(const LabelSurvey& survey, SliceRole role);

}  // namespace fossilct
