// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fossilct {

// Receiver operating characteristic: for falling thresholds the shares of the negatives and of the
// positives whose score reaches them; from (0, 0) to (1, 1).
struct RocCurve {
  std::vector<double> false_positive_rate;
  std::vector<double> true_positive_rate;
};

// Scores for a yes or no, each of a specimen, sorted once, so that areas under many resamplings of
// the specimens cost a pass each.
class RankedScores {
 public:
  struct Score {
    double score = 0;
    std::size_t specimen = 0;
    bool is_positive = false;
  };
  explicit RankedScores(std::vector<Score> scores);

  // Area under the curve where specimen i counts weights[i] times: the chance that a positive has a
  // higher score than a negative, equal ones by half (Hanley and McNeil 1982). NaN where either is
  // lacking.
  double area(const std::vector<int>& weights) const;
  // A point for every score that differs, without those on a line with their neighbours; empty
  // where positives or negatives are lacking.
  RocCurve curve() const;

 private:
  std::vector<Score> scores_;  // falling
};

// The true positive rate at a false positive rate: the highest there, linear between points.
double rate_at(const RocCurve& curve, double false_positive_rate);

}  // namespace fossilct
