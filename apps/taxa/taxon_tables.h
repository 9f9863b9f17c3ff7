// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "classify/image_set.h"
#include "classify/taxon_answer.h"

namespace fossilct {

// A taxon and its score.
struct RankedTaxon {
  std::size_t taxon = 0;
  double score = 0;
};
// The highest scores, best first; `most` of them, or as many as there are.
std::vector<RankedTaxon> ranked(const TaxonAnswer& answer, std::size_t most);

// What `classify` and the test of `train-classifier` write, a line a specimen: specimen, sample,
// depth_m, known (its taxon where it is), answer (the first taxon, or "unsure"), the first three
// with their scores, and, of Monte-Carlo dropout, deviation and vote of the first; novelty.
// Specimens without an answer are left out. `taxa`: those of the model.
std::string answers_csv(const ImageSet& set, const std::vector<std::string>& taxa,
                        const std::vector<std::optional<TaxonAnswer>>& answers, double threshold);

}  // namespace fossilct
