// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_answer.h"

#include <algorithm>

namespace fossilct {

int first_taxon(const std::vector<double>& scores) {
  return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

double first_score(const TaxonAnswer& answer) {
  return answer.scores[static_cast<std::size_t>(first_taxon(answer.scores))];
}

bool is_sure(const TaxonAnswer& answer, double threshold) {
  return first_score(answer) >= threshold && !is_like_nothing_seen(answer);
}

bool is_like_nothing_seen(const TaxonAnswer& answer) { return answer.novelty.value_or(0) > 1; }

}  // namespace fossilct
