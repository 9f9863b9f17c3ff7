// SPDX-License-Identifier: Apache-2.0
#include "classify/cross_validation.h"

#include <algorithm>
#include <cmath>

namespace fossilct {

namespace {

// Who is right, by fold and in all.
void count_right(const ImageSet& set, CrossValidation& result) {
  for (int fold = 0; fold < result.folds.count; ++fold) {
    const std::vector<std::size_t> inside = specimens_inside(result.folds, fold);
    const auto right = std::count_if(inside.begin(), inside.end(), [&](std::size_t i) {
      return first_taxon(result.answers[i]->scores) == *set.specimens[i].taxon;
    });
    result.right += right;
    result.tested += std::ssize(inside);
    result.fold_shares.push_back(static_cast<double>(right) / static_cast<double>(inside.size()));
  }
}

// Mean and deviation among the folds.
void summarise(CrossValidation& result) {
  const auto count = static_cast<double>(result.fold_shares.size());
  for (const double share : result.fold_shares) {
    result.mean += share / count;
  }
  double squares = 0;
  for (const double share : result.fold_shares) {
    squares += std::pow(share - result.mean, 2);
  }
  result.deviation = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
  result.accuracy = share_of(result.right, result.tested);
}

// Answers at the temperature that fits all of them.
void judge(const std::vector<std::size_t>& tested, CrossValidation& result) {
  const double temperature = fitted_temperature(result.validated.specimens);
  const double usual = percentile_99(result.validated.distances);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    TaxonAnswer& answer = result.answers[tested[i]].emplace();
    answer.scores = mean_scores(result.validated.specimens[i].logits, temperature);
    if (usual > 0) {
      answer.novelty = result.validated.distances[i] / usual;
    }
  }
}

}  // namespace

CrossValidation cross_validate(const ImageSet& set, int folds, const TaxonTrainingOptions& options,
                               Progress& progress, const std::function<void(int)>& fold_done) {
  CrossValidation result;
  result.folds = specimen_folds(set, folds, options.seed);
  result.answers.resize(set.specimens.size());
  std::vector<std::size_t> tested;  // in the order of result.validated
  for (int fold = 0; fold < folds; ++fold) {
    const std::vector<std::size_t> inside = specimens_inside(result.folds, fold);
    const ImageSet test = part_of(set, inside);
    const TaxonTraining trained =
        train_taxa(part_of(set, specimens_outside(result.folds, fold)), nullptr, options, progress);
    TaxonPredictor predictor(trained.model, {.inference = {.precision = Precision::fp32}});
    const std::vector<SpecimenOutputs> outputs = predictor.outputs(test, progress);
    add_validated(outputs, test, trained.model.places, result.validated);
    tested.insert(tested.end(), inside.begin(), inside.end());
    if (fold_done) {
      fold_done(fold);
    }
  }
  judge(tested, result);
  count_right(set, result);
  summarise(result);
  return result;
}

}  // namespace fossilct
