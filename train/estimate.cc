// SPDX-License-Identifier: Apache-2.0
#include "train/estimate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

#include "base/process_memory.h"

namespace fossilct {
namespace {

constexpr std::int64_t bytes_of_a_number = 4;
// Weights of 3x3 convolutions are kept as 6x6 by our kernels.
constexpr std::int64_t packed_per_parameter = 4;
// Channels of full resolution that all values of a U-Net alive at once come to, about.
constexpr std::int64_t channels_alive = 160;
constexpr int tries = 2;  // the first one allocates

double seconds_of_a_sample(Learner& learner, const PlannedStage& planned, int channels,
                           int classes) {
  const std::int64_t batch = planned.stage.batch;
  const LabelledImages noise{
      at::randn({batch, channels, planned.height, planned.width}),
      at::randint(classes, {batch, planned.height, planned.width}, at::kByte)};
  learner.begin_phase(planned.encoder);
  double seconds = 0;
  for (int i = 0; i < tries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    learner.step(noise, {.rates = {1e-6, 1e-6, 1e-6}, .batch = static_cast<int>(batch)});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    seconds = taken.count();
  }
  return seconds / static_cast<double>(batch);
}

}  // namespace

TrainingEstimate estimate_training(Learner& learner, const std::vector<PlannedStage>& stages,
                                   int channels, int classes, std::int64_t cached_bytes,
                                   std::int64_t validation_pixels) {
  const Json numbers = learner.numbers();
  TrainingEstimate estimate;
  {
    const WeightFile before = learner.copied_state();
    for (const PlannedStage& planned : stages) {
      estimate.hours +=
          static_cast<double>(planned.epochs * planned.steps * planned.samples_a_step()) / 3600 *
          seconds_of_a_sample(learner, planned, channels, classes);
    }
    learner.restore(before, numbers);
  }
  const std::int64_t parameter_bytes = learner.parameters() * bytes_of_a_number;
  const std::int64_t inference = packed_per_parameter * parameter_bytes +
                                 channels_alive * bytes_of_a_number * validation_pixels;
  // The copy above and the best weights do not live together.
  estimate.memory_bytes = peak_resident_bytes() + cached_bytes + inference;
  estimate.disk_bytes = 11 * parameter_bytes;  // two checkpoints of five, and the model
  return estimate;
}

}  // namespace fossilct
