// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "classify/image_set.h"
#include "classify/taxon_model.h"
#include "classify/taxon_recipe.h"
#include "networks/inference.h"
#include "networks/weights/load_weights.h"

namespace fossilct {

struct TaxonTrainingOptions {
  TaxonRecipe recipe;
  std::uint64_t seed = 1;
  at::Device device = at::Device(at::kCPU);
  Precision precision = Precision::automatic;
  // Of the encoder: torchvision's, or another model's; null: from scratch. Must outlive training.
  const WeightFile* weights = nullptr;
};

struct TaxonEpoch {
  int phase = 0;
  int epoch = 0;  // of the phase, from 0
  double rate = 0;
  double training_loss = 0;  // mean over its batches
  std::optional<double> validation_loss =
      {};  // mean over the specimens of -log(score of the taxon)
  std::optional<double> validation_share = {};  // of specimens that are right
};

struct TaxonTraining {
  TaxonModel model;  // on the CPU, in evaluation mode; calibrated where there was a validation set
  std::vector<TaxonEpoch> epochs;
  std::optional<LoadReport> loaded;  // where weights were given
};

// Trains a network to tell the taxa of a set's pictures apart, phase after phase (TaxonRecipe).
// With a validation set, which must share no specimen with it, every epoch is scored on it, the
// weights of the lowest validation loss are kept where a phase has patience, and the model is
// calibrated by it. Specimens whose taxon is not known are left out. The result depends on data,
// options and the number of threads alone. Calls `epoch_done`, if it is given, after each epoch, on
// the thread that trains. Memory: the pictures as fp32, the network three times, a batch's
// activations.
// Throws Error{format}: pictures or measurements that do not fit each other, fewer than two taxa; a
// loss that is no number; Error{option} for a recipe that check() refuses; Cancelled.
TaxonTraining train_taxa(const ImageSet& training, const ImageSet* validation,
                         const TaxonTrainingOptions& options, Progress& progress,
                         const std::function<void(const TaxonEpoch&)>& epoch_done = {});

}  // namespace fossilct
