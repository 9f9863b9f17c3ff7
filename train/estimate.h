// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "train/learner.h"
#include "train/sampler.h"
#include "train/trainer.h"

namespace fossilct {

// What of the training is to be carried out, for the estimate.
struct PlannedStage {
  Stage stage;
  int epochs = 0;                      // of the phases that run
  std::int64_t steps = 0;              // an epoch
  std::int64_t height = 0, width = 0;  // of a sample
  EncoderTraining encoder;             // of most of its epochs

  std::int64_t samples_a_step() const { return std::int64_t{stage.batch} * stage.accumulate; }
  std::int64_t pixels_a_step() const { return samples_a_step() * height * width; }
};

// Tries one batch of each stage on noise, which takes some seconds; the learner is left as it was.
// Memory is what the process has resident then, with what comes later added: the cache of
// `cached_bytes`, best weights, and the network made ready for validating slices of
// `validation_pixels`.
TrainingEstimate estimate_training(Learner& learner, const std::vector<PlannedStage>& stages,
                                   int channels, int classes, std::int64_t cached_bytes,
                                   std::int64_t validation_pixels);

}  // namespace fossilct
