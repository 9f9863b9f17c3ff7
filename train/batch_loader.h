// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/read_ahead.h"
#include "train/augment.h"
#include "train/sampler.h"
#include "train/training_data.h"

namespace fossilct {

// Reads a sample: scaled intensities and labels at the stage's resolution. Intensities are the mean
// of resolution^2 pixels, labels the most frequent (of equally frequent ones the largest, ignored
// ones only where there are no others); rows and columns that fill no whole pixel are left out. A
// part smaller than a crop is enlarged to it by reflection, its labels as ignored. Labels of other
// than training slices are ignored.
LabelledImages read_sample(LabelledScan& scan, const ScanSplit& split, const SlicePart& part,
                           int context, const Stage& stage);

// Reads the batches of an epoch ahead on a thread of its own, at most two of them, in order.
class BatchLoader {
 public:
  // All must outlive it; nobody else may read the scans meanwhile. Begins at `first_step`.
  BatchLoader(std::vector<LabelledScan>& scans, const std::vector<SampledScan>& sampled,
              const Sampler& sampler, const Stage& stage, int context, std::int64_t epoch,
              std::int64_t first_step);
  ~BatchLoader();

  // The samples of the next step, N = batch * accumulate. Throws what reading them threw.
  LabelledImages next();

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
  ReadAhead<LabelledImages> ahead_;
};

}  // namespace fossilct
