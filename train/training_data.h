// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "filters/intensity_scale.h"
#include "volumes/label_classes.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A scan with its labels, as training reads them.
struct LabelledScan {
  std::string name;  // for messages and the report: the scan's path as given
  std::unique_ptr<VolumeSource> scan;
  // u8, of the scan's size: a class, or ignored_label where nobody has looked.
  std::unique_ptr<VolumeSource> labels;
  IntensityScale scale;

  const Size3& size() const { return scan->grid().size; }
};

struct TrainingData {
  std::vector<LabelledScan> training;
  std::vector<LabelledScan> validation;  // scans given for it; empty: a part of those of training
  std::vector<LabelledScan> test;        // scored once, at the end
  std::vector<LabelClass> classes;       // value i at place i; 0 is background
};

// Calls use(scan) for the scans of training, of validation, and of test.
template <typename Data, typename Use>
void for_each_scan(Data& data, Use&& use) {
  for (auto* scans : {&data.training, &data.validation, &data.test}) {
    for (auto& scan : *scans) {
      use(scan);
    }
  }
}

// Which voxels choose the best epoch; they are never trained on.
struct ValidationOptions {
  enum class Kind {
    // The last `share` of each scan along z, `guard` + context slices away from what is trained on;
    // an earlier block where that one has no foreground.
    block,
    // Named slices along z, with the neighbours that context needs but without a guard.
    named_slices,
    // A random `share` of the slices along z: neighbours leak; for comparing with papers.
    random_slices,
    // TrainingData::validation.
    other_scans
  };
  Kind kind = Kind::block;
  double share = 0.2;
  int guard = 8;
  std::vector<std::int64_t> slices = {};  // numbers, of named_slices
};

}  // namespace fossilct
