// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/json.h"
#include "classify/ranked_scores.h"
#include "classify/taxon_answer.h"
#include "specimens/abundance.h"

namespace fossilct {

// A specimen whose taxon is known, and what a model that never saw it says of it.
struct JudgedSpecimen {
  int truth = 0;  // place among the model's taxa
  TaxonAnswer answer;
};

struct TaxonScoreOptions {
  // 0 to 1; a specimen is unsure below it, and where its novelty is above 1.
  double threshold = default_taxon_threshold;
  int bins = 15;     // of the first score, for the calibration; 1 to 100
  int draws = 2000;  // of the bootstrap; 0: its intervals are NaN
  std::uint64_t seed = 1;
  int threads = 1;
};

// Of one taxon against all others, or means over taxa.
struct ClassFigures {
  double precision = std::numeric_limits<double>::quiet_NaN();  // of those answered, the right ones
  double recall = std::numeric_limits<double>::quiet_NaN();  // of those there are, the found ones
  double f1 = std::numeric_limits<double>::quiet_NaN();
  double auc = std::numeric_limits<double>::quiet_NaN();  // area under the ROC curve
};

// All shares are of specimens. The answer is the taxon of the first score, sure or not. A share of
// nothing is NaN.
struct ScoreFigures {
  double accuracy = std::numeric_limits<double>::quiet_NaN();
  double balanced_accuracy = std::numeric_limits<double>::quiet_NaN();  // mean recall
  double top3 = std::numeric_limits<double>::quiet_NaN();  // the truth is among the first three
  // Of those with votes of Monte-Carlo dropout: the taxon of most passes is right.
  double vote_accuracy = std::numeric_limits<double>::quiet_NaN();
  double coverage = std::numeric_limits<double>::quiet_NaN();       // of which it is sure
  double sure_accuracy = std::numeric_limits<double>::quiet_NaN();  // of those
  double log_loss = std::numeric_limits<double>::quiet_NaN();  // mean of -ln(score of the truth)
  // Expected calibration error (Guo et al. 2017, equation 3).
  double calibration_error = std::numeric_limits<double>::quiet_NaN();
  double micro_auc =
      std::numeric_limits<double>::quiet_NaN();  // all pairs (specimen, taxon) as one
  // Means over the taxa that are there or answered; a precision of a taxon that is never answered
  // counts 0 in it, as in scikit-learn. AUC: over the taxa that have one.
  ClassFigures macro;
  ClassFigures weighted;  // by the specimens of each taxon
  std::vector<ClassFigures> by_taxon;
};

// Specimens whose first score lies above `low` and not above `high`.
struct ReliabilityBin {
  double low = 0;
  double high = 1;
  std::int64_t specimens = 0;
  double mean_score = std::numeric_limits<double>::quiet_NaN();
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

struct TaxonScores {
  TaxonScoreOptions options;
  std::int64_t specimens = 0;
  std::int64_t sure = 0;
  std::vector<std::int64_t> confusion;       // [truth][answer]
  std::vector<std::int64_t> sure_confusion;  // the same without those below the threshold
  ScoreFigures figures;
  // 95% intervals. Of shares of specimens (accuracy, top3, vote_accuracy, coverage, sure_accuracy,
  // precision and recall of a taxon) Wilson's (share_of), which still doubts a model that is right
  // everywhere. Of all others percentiles 2.5 and 97.5 of figures of specimens drawn anew, of each
  // taxon as many as there are (stratified bootstrap; Efron and Tibshirani 1993, chapter 13); NaN
  // where all draws give the same, which says nothing of how sure a figure is. Specimens drawn
  // twice make a calibration error larger: its interval lies high.
  ScoreFigures low;
  ScoreFigures high;
  std::vector<ReliabilityBin> reliability;
  std::vector<RocCurve> roc;  // of each taxon; empty where it has no specimen, or all
  RocCurve micro_roc;
  RocCurve macro_roc;  // mean of the taxa's curves at 101 false positive rates
};

// The same for the same input, whatever the threads. Throws Error{format} where a truth is none of
// `taxa` taxa, or an answer has another number of scores or scores that are no numbers. Time: a
// draw costs a pass over all scores: 2,000 draws of 1,000 specimens of 35 taxa take a second.
TaxonScores score_taxa(const std::vector<JudgedSpecimen>& specimens, int taxa,
                       const TaxonScoreOptions& options = {});

// Every figure with its interval, by taxon under its name; NaN as null.
Json to_json(const TaxonScores& scores, const std::vector<std::string>& taxa);

}  // namespace fossilct
