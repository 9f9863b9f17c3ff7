// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "networks/inference.h"
#include "networks/network.h"
#include "networks/weights/load_weights.h"
#include "train/recipe.h"
#include "train/training_data.h"
#include "train/training_record.h"

namespace fossilct {

struct TrainingOptions {
  Recipe recipe;
  ValidationOptions validation;
  std::uint64_t seed = 1;
  at::Device device = at::Device(at::kCPU);
  Precision precision = Precision::automatic;
  // Most bytes of decoded voxels kept in memory; a scan that does not fit is read again and again.
  std::int64_t cache_bytes = std::int64_t{4} << 30;
  const WeightFile* encoder_weights = nullptr;  // where they are given; must outlive train()
  // A network to go on from, of the recipe's kind and with as many classes as the data; it learns
  // itself, as a whole from the first step. Empty: a new one.
  std::shared_ptr<Network> network;
  std::filesystem::path checkpoint;             // written to every so often; empty: none
  double checkpoint_minutes = 10;
  Json command;  // kept in the checkpoint for whoever goes on (command_of_checkpoint)
};

// What the run will need, said before it begins.
struct TrainingEstimate {
  std::int64_t memory_bytes = 0;  // of the process, or of the device where it is none of CPU
  std::int64_t disk_bytes = 0;    // two checkpoints and the model
  double hours = 0;
};

// Told what happens, on the thread that trains.
class TrainingObserver {
 public:
  TrainingObserver() = default;
  TrainingObserver(const TrainingObserver&) = delete;
  TrainingObserver& operator=(const TrainingObserver&) = delete;
  virtual ~TrainingObserver() = default;

  virtual void estimated(const TrainingEstimate& /*estimate*/) {}
  virtual void weights_loaded(const LoadReport& /*report*/) {}
  // After every epoch; `so_far` holds it as its last.
  virtual void epoch_done(const TrainingRecord& /*so_far*/) {}
};

struct TrainingOutcome {
  std::shared_ptr<Network> network;  // with the best weights, on the CPU
  Recipe recipe;                     // as it was carried out, found rates included
  TrainingRecord record;
};

// Trains a network, new or given, on slices of the scans, stage after stage (Recipe), validates every epoch on
// held-out voxels, keeps the best weights by mean foreground IoU and scores them at the end: on all
// of the validation voxels and, once, on the test scans. With `resume`, a checkpoint of the same
// data and options, it goes on from there. On a CPU the weights depend only on data, options and
// the number of threads: interrupted and resumed or not.
// Memory: the cache, the network with its moments and averages, and a batch's activations; none
// grows with the scans. Throws Error: format (labels beyond the classes, one class only, no
// foreground in the validation voxels, no labelled slice, a checkpoint of something else), device;
// Cancelled after a checkpoint was written.
TrainingOutcome train(TrainingData& data, const TrainingOptions& options,
                      const std::optional<std::filesystem::path>& resume,
                      TrainingObserver& observer, Progress& progress);

}  // namespace fossilct
