// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/taxa/taxon_report.h"
#include "base/json.h"
#include "classify/image_set.h"
#include "classify/taxon_answer.h"
#include "classify/taxon_scores.h"

namespace fossilct {

// Answers for the specimens of a set, beside what is known of these. `answers` has one a specimen,
// or nothing where none was given; `taxa` are the model's.
struct AnsweredSet {
  const ImageSet& set;
  const std::vector<std::string>& taxa;
  const std::vector<std::optional<TaxonAnswer>>& answers;
};

// Place of a name among the model's taxa, capitals or not.
std::optional<int> taxon_named(const std::vector<std::string>& taxa, const std::string& name);

// Specimens with an answer whose known taxon is one of the model's.
std::vector<JudgedSpecimen> judged_specimens(const AnsweredSet& answered);

// Specimens of taxa that the model does not know: no answer of it could be right, and only
// "unsure" is no mistake.
struct ForeignSpecimens {
  std::vector<std::string> taxa;
  std::int64_t specimens = 0;
  std::int64_t unsure = 0;
};

struct TaxonEvaluation {
  // Without title, judged_how, facts and recipe. Notices: taxa that the model does not know, taxa
  // of few specimens. Thumbnails of what is wrong or unsure.
  TaxonReport report;
  TaxonScores scores;
  ForeignSpecimens foreign;
};

// Throws Error{format} where no specimen's taxon is known, or none of the known ones is among the
// model's: it names both.
TaxonEvaluation evaluate_answers(const AnsweredSet& answered, const TaxonScoreOptions& options);

// Scores (classify/taxon_scores.h) and what of them the model could not know.
Json to_json(const TaxonEvaluation& evaluation);

// "18 of 20 specimens right, 90% (95% interval 69.9% to 97.2%)"
std::string accuracy_text(const TaxonScores& scores);

// Right and tested specimens of each taxon that is there, as lines for people.
std::string taxon_shares_text(const TaxonEvaluation& evaluation);

}  // namespace fossilct
