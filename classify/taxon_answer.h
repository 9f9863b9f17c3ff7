// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

namespace fossilct {

// What a model says of a specimen. Vectors have one number a taxon of the model.
struct TaxonAnswer {
  // Probabilities: the mean over the specimen's views (and over the passes of Monte-Carlo dropout),
  // after temperature scaling. Sum 1.
  std::vector<double> scores;
  // Of Monte-Carlo dropout, empty without: deviation of the score over the passes, and the share of
  // passes in which the taxon was the first.
  std::vector<double> deviations = {};
  std::vector<double> votes = {};
  // The scores of every pass, [pass][taxon], where they were asked for.
  std::vector<std::vector<double>> passes = {};
  // Distance of its features to those of the nearest taxon, 1 where 99% of the specimens the model
  // was validated on lie nearer; nothing where the model can't tell.
  std::optional<double> novelty = {};
};

// The answer that is given: below `threshold` it is "unsure" (Marchant et al. 2020: 0.8).
inline constexpr double default_taxon_threshold = 0.8;

// Place of the largest; the first of equal ones.
int first_taxon(const std::vector<double>& scores);
double first_score(const TaxonAnswer& answer);

// Whether the answer stands: the first score reaches the threshold, and the specimen is not
// farther from all taxa than what is known (novelty above 1).
bool is_sure(const TaxonAnswer& answer, double threshold);
bool is_like_nothing_seen(const TaxonAnswer& answer);

}  // namespace fossilct
