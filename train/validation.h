// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "networks/inference.h"
#include "networks/network.h"
#include "train/recipe.h"
#include "train/split.h"
#include "train/training_record.h"

namespace fossilct {

// Held-out voxels and how they are predicted: slices whole along z; along y and x, in every fourth
// slice, the rows (z) of the validation slices with some rows more on each side, which the network
// sees and which do not count.
class Validator {
 public:
  // `scans` and their `splits`, of which the slices in role validation count; must outlive it.
  Validator(std::vector<LabelledScan>& scans, const std::vector<ScanSplit>& splits, int classes,
            const Recipe& recipe, const std::vector<Axis>& axes, at::Device device);

  // Scores of at most `most_slices` slices spread evenly over all of them: to choose an epoch by.
  ConfusionMatrix quick_score(const Network& network, Progress& progress);
  // Of all.
  EvaluationRecord evaluate(const Network& network, const std::string& what, Progress& progress);
  // After evaluate(): `count` slices of the worst mean foreground IoU, and as many about the
  // median; those along z with foreground in truth or prediction.
  std::vector<ExampleRecord> examples(const Network& network, int count);

  // How many slices each of the two scores.
  std::int64_t quick_slices() const;
  std::int64_t all_slices() const;

  static constexpr std::int64_t most_slices = 36;

 private:
  struct Part {
    std::size_t scan = 0;
    SlicePart part;
  };
  struct Predicted {
    at::Tensor truth, prediction;  // H,W u8
  };
  struct ScoredPart {
    Part part;
    double iou = 0;
  };

  void list_parts(std::size_t scan, Axis axis);
  std::int64_t quick_slices_of(const std::vector<Part>& parts) const;
  Predicted predict(InferenceNetwork& network, const Part& part);
  ExampleRecord example(InferenceNetwork& network, const ScoredPart& part, bool worst);
  InferenceNetwork made_ready(const Network& network) const;

  std::vector<LabelledScan>& scans_;
  const std::vector<ScanSplit>& splits_;
  int classes_;
  const Recipe& recipe_;
  at::Device device_;
  std::vector<std::vector<Part>> parts_;  // one list an axis
  std::vector<ScoredPart> scored_;
};

}  // namespace fossilct
