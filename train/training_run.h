// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "train/batch_loader.h"
#include "train/checkpoint.h"
#include "train/estimate.h"
#include "train/learner.h"
#include "train/sampler.h"
#include "train/schedule.h"
#include "train/trainer.h"
#include "train/validation.h"

namespace fossilct {

// Where training stands: what the next step needs beside the learner's own state.
struct TrainingPosition {
  int stage = 0;
  bool frozen = true;      // the stage's first phase
  int epoch = 0;           // of the phase
  int epochs_done = 0;     // over all stages; numbers the draws
  std::int64_t step = 0;   // of the epoch
  std::int64_t steps = 0;  // over all stages
  double loss_sum = 0;     // of the epoch so far
  double smooth_loss = 0;
  int recoveries = 0;     // times that the rate was halved, a loss being no number
  int batch_divisor = 1;  // doubled when the device's memory did not do
  double best_iou = -1;
  int epochs_without_better = 0;
  bool phase_begun = false;
};
Json to_json(const TrainingPosition& position);
TrainingPosition position_from_json(const Json& json);

// One training from its first step to its last; train() in the header trainer.h is what others
// call. Private to `train`.
class TrainingRun {
 public:
  TrainingRun(TrainingData& data, const TrainingOptions& options, TrainingObserver& observer,
              Progress& progress);
  ~TrainingRun();

  // From the beginning, or from a checkpoint.
  TrainingOutcome run(const std::optional<std::filesystem::path>& checkpoint);

 private:
  void survey();
  void require_sense();
  void require_size() const;
  LossOptions loss_options() const;

  void begin_phase(const Sampler& sampler);
  void find_rates(const Sampler& sampler);
  void try_rates(const Sampler& sampler, RateFinder& finder);
  void record_finder(const RateFinder& finder);
  // Ends early, with the position of a checkpoint, where a loss is no number.
  void run_epoch(const Sampler& sampler);
  double step(const LabelledImages& samples, const Learner::Step& step);
  void record_step(double loss, const Learner::Step& step, std::int64_t all_steps);
  // Validates and notes an epoch of which the last `steps` took `seconds`.
  void finish_epoch(double seconds, std::int64_t steps);
  void validate(EpochRecord& epoch);
  void next_phase();
  void recover();
  TrainingOutcome outcome();

  void plan();
  std::int64_t total_pixels() const;
  std::int64_t pixels_done() const;
  TrainingEstimate estimate();
  double scoring_hours();
  // Throws Error{format} for a checkpoint of something else, or a damaged one.
  void restore(const Checkpoint& checkpoint);
  void restore_position(const Checkpoint& checkpoint);
  void train_all();
  void begin_or_go_on(const std::optional<std::filesystem::path>& checkpoint);
  void score_test_scans(const Network& network);
  EncoderTraining encoder_training(const Stage& stage, bool frozen) const;
  // A checkpoint that can't be written is warned of, and what comes of it (`else_what`).
  void save(std::string_view else_what = "training goes on and tries again");
  void note(const std::string& text);

  double seconds_left() const;
  double seconds() const;  // of this run and those it goes on from
  int frozen_epochs(const Stage& stage) const;
  int epochs_of(const Stage& stage) const;
  bool phase_runs() const;
  bool in_last_phase() const;
  const Stage& stage() const { return recipe_.stages[static_cast<std::size_t>(at_.stage)]; }
  Phase& phase();
  Sampler sampler_of(const Stage& stage) const;
  // What of the data and options must be the same for a checkpoint to be gone on with.
  std::string fingerprint() const;

  TrainingData& data_;
  const TrainingOptions& options_;
  TrainingObserver& observer_;
  Progress& progress_;
  Recipe recipe_;  // with the rates that were found
  std::vector<SampledScan> sampled_;
  std::vector<ScanSplit> validation_splits_;
  std::vector<PlannedStage> planned_;                              // one a stage of the recipe
  std::vector<std::int64_t> training_voxels_, validation_voxels_;  // of each class
  std::string fingerprint_;
  std::unique_ptr<Validator> validator_;
  std::unique_ptr<Learner> learner_;
  std::vector<NamedTensor> best_;
  TrainingRecord record_;
  TrainingPosition at_;
  std::chrono::steady_clock::time_point epoch_began_, saved_, began_;
  double seconds_before_ = 0;  // of runs that were interrupted
  double preparation_ = 0;     // seconds of this run before its first step
};

}  // namespace fossilct
