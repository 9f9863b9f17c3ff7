// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "segment/axis.h"
#include "segment/scores.h"

namespace fossilct {

// What training did, as values: the command writes its csv and its report from them.

// One epoch of one phase of a stage.
struct EpochRecord {
  int epoch = 0;       // 1 .. over all stages
  int stage = 0;       // 0 ..
  int resolution = 1;  // 4: a quarter; 2: a half; 1: full
  bool frozen = false;
  double loss = 0;  // mean of the epoch's steps
  // Of the stored weights (averaged ones, where they are), at full resolution; empty where the
  // epoch was not validated.
  std::vector<double> iou_by_class;  // NaN: a class neither there nor predicted
  double mean_foreground_iou = 0;
  double rate = 0;  // of the decoder's group, the largest in the epoch
  double seconds = 0;
  double samples_per_second = 0;  // training alone
  std::int64_t memory_bytes = 0;  // most resident memory of the process so far
  bool best = false;              // the best so far

  bool validated() const { return !iou_by_class.empty(); }
};

// A learning-rate range test.
struct FinderRecord {
  int stage = 0;
  bool frozen = false;
  std::vector<double> rates;
  std::vector<double> losses;  // smoothed
  std::optional<double> suggestion = std::nullopt;
  double chosen = 0;
};

// What the schedule did in a step; recorded at most some 2,000 times a training.
struct RateRecord {
  std::int64_t step = 0;  // 0 .. over all stages
  std::array<double, 3> rates{};
  double momentum = 0;
  double loss = 0;  // smoothed over 20 steps
};

// A score of the stored weights on a part of a scan, or several.
struct EvaluationRecord {
  std::string what;  // "validation block", "test scan core-b"
  ConfusionMatrix confusion{1};
  Scores scores;
  std::vector<double> boundary_dice;  // by class, at 2 voxels; NaN where there is no boundary
  std::int64_t slices = 0;
};

// A validation slice to look at.
struct ExampleRecord {
  std::string scan;
  Axis axis = Axis::z;
  std::int64_t slice = 0;
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> grey;        // row by row, 0 to 255
  std::vector<std::uint8_t> truth;       // ignored_label where nobody has looked
  std::vector<std::uint8_t> prediction;  // by class
  double mean_foreground_iou = 0;
  bool worst = false;  // else typical
};

struct TrainingRecord {
  std::vector<EpochRecord> epochs;
  std::vector<FinderRecord> finders;
  std::vector<RateRecord> rates;
  std::optional<EvaluationRecord> validation;
  std::optional<EvaluationRecord> test;
  std::string test_failure;  // why there is no score of the test scans that were given
  std::vector<ExampleRecord> examples;
  std::vector<std::string> notices;  // what a reader of the scores must know
  int best_epoch = 0;
  int planned_epochs = 0;
  double seconds_left = 0;  // at the mean rate so far, voxel by voxel
  bool stopped_early = false;
  double seconds = 0;
};

Json to_json(const EpochRecord& epoch);
Json to_json(const EvaluationRecord& evaluation);

// What is known while training goes on (epochs, finders, rates, notices), for a checkpoint. Reading
// throws Error{format}.
Json progress_json(const TrainingRecord& record);
TrainingRecord record_from_progress_json(const Json& json);

}  // namespace fossilct
