// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `classify`.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "classify/ranked_scores.h"
#include "classify/taxon_scores.h"

namespace fossilct {

// What figures are made of, worked out once, so that each draw of the bootstrap is a few passes.
class JudgedTable {
 public:
  JudgedTable(const std::vector<JudgedSpecimen>& specimens, int taxa,
              const TaxonScoreOptions& options);

  // Where specimen i counts weights[i] times.
  ScoreFigures figures(const std::vector<int>& weights) const;
  std::vector<std::int64_t> confusion(const std::vector<int>& weights) const;
  // Wilson's intervals of the figures that are shares of specimens, each counted once, into the
  // ends of intervals.
  void put_share_intervals(ScoreFigures& low, ScoreFigures& high) const;

  std::vector<ReliabilityBin> reliability(const std::vector<int>& weights) const;
  std::vector<RankedScores> const& ranked() const { return ranked_; }
  RankedScores const& ranked_pairs() const { return ranked_pairs_; }
  // Each specimen counts once: all of them, and those that are sure.
  std::vector<int> all() const;
  std::vector<int> sure() const;

 private:
  struct Row {
    std::size_t truth = 0;
    std::size_t answer = 0;
    double first_score = 0;
    double log_loss = 0;
    bool in_top3 = false;
    bool is_sure = false;
    int vote = -1;  // taxon of most passes
    int bin = 0;
  };
  // Of how many specimens, and of how many of them it is true.
  struct Counts {
    std::int64_t all = 0;
    std::int64_t right = 0;
    std::int64_t in_top3 = 0;
    std::int64_t sure = 0;
    std::int64_t sure_right = 0;
    std::int64_t voted = 0;
    std::int64_t vote_right = 0;
  };
  Counts counts(const std::vector<int>& weights) const;
  static Row row_of(const JudgedSpecimen& specimen, const TaxonScoreOptions& options);
  void add_plain_figures(const std::vector<int>& weights, ScoreFigures& figures) const;
  void add_areas(const std::vector<int>& weights, ScoreFigures& figures) const;

  std::size_t taxa_;
  int bins_;
  std::vector<Row> rows_;
  std::vector<RankedScores> ranked_;  // of each taxon
  RankedScores ranked_pairs_;         // of all taxa
};

// Every number of ScoreFigures and ClassFigures by name.
inline constexpr std::array<std::pair<std::string_view, double ScoreFigures::*>, 9> score_fields = {
    {{"accuracy", &ScoreFigures::accuracy},
     {"balanced_accuracy", &ScoreFigures::balanced_accuracy},
     {"top3", &ScoreFigures::top3},
     {"vote_accuracy", &ScoreFigures::vote_accuracy},
     {"coverage", &ScoreFigures::coverage},
     {"sure_accuracy", &ScoreFigures::sure_accuracy},
     {"log_loss", &ScoreFigures::log_loss},
     {"calibration_error", &ScoreFigures::calibration_error},
     {"micro_auc", &ScoreFigures::micro_auc}}};
inline constexpr std::array<std::pair<std::string_view, double ClassFigures::*>, 4> class_fields = {
    {{"precision", &ClassFigures::precision},
     {"recall", &ClassFigures::recall},
     {"f1", &ClassFigures::f1},
     {"auc", &ClassFigures::auc}}};

}  // namespace fossilct
