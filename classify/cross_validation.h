// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "classify/specimen_split.h"
#include "classify/taxon_answer.h"
#include "classify/taxon_predictor.h"
#include "classify/taxon_training.h"
#include "specimens/abundance.h"

namespace fossilct {

struct CrossValidation {
  SpecimenFolds folds;
  // All that is said of who is right is said of `answers`: at another temperature the mean over
  // views that disagree can have another first taxon.
  std::vector<double> fold_shares;  // of each fold's specimens that are right
  double mean = 0;                  // of those
  double deviation = 0;             // among those
  Share accuracy;                   // of all specimens, each tested once
  std::int64_t right = 0;
  std::int64_t tested = 0;
  // Of each specimen of the set the answer of the model that had not seen it, at the temperature
  // fitted to all; nothing where its taxon is not known.
  std::vector<std::optional<TaxonAnswer>> answers;
  Validated validated;  // to calibrate a model that is trained on all
};

// Trains a model on all folds but one and tests it on that one, for each in turn; `fold_done`,
// if it is given, is called after each. No fold is looked at in training: phases with patience run
// without it, to their last epoch. Throws as specimen_folds and train_taxa do.
CrossValidation cross_validate(const ImageSet& set, int folds, const TaxonTrainingOptions& options,
                               Progress& progress,
                               const std::function<void(int fold)>& fold_done = {});

}  // namespace fossilct
