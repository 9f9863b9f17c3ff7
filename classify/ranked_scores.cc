// SPDX-License-Identifier: Apache-2.0
#include "classify/ranked_scores.h"

#include <algorithm>
#include <limits>

namespace fossilct {

namespace {

// Calls group(positives, negatives) for every run of equal scores.
template <typename Weight, typename Group>
void for_each_tie(const std::vector<RankedScores::Score>& scores, Weight&& weight, Group&& group) {
  for (std::size_t i = 0; i < scores.size();) {
    std::int64_t positives = 0;
    std::int64_t negatives = 0;
    const double score = scores[i].score;
    for (; i < scores.size() && scores[i].score == score; ++i) {
      (scores[i].is_positive ? positives : negatives) += weight(scores[i].specimen);
    }
    group(positives, negatives);
  }
}

// Whether the middle one of three points adds nothing to the line.
bool is_on_line(double x0, double y0, double x1, double y1, double x2, double y2) {
  return (x1 - x0) * (y2 - y1) == (x2 - x1) * (y1 - y0);
}

void append(RocCurve& counts, double negatives, double positives) {
  std::vector<double>& x = counts.false_positive_rate;
  std::vector<double>& y = counts.true_positive_rate;
  const std::size_t n = x.size();
  if (n > 1 && is_on_line(x[n - 2], y[n - 2], x[n - 1], y[n - 1], negatives, positives)) {
    x.pop_back();
    y.pop_back();
  }
  x.push_back(negatives);
  y.push_back(positives);
}

}  // namespace

RankedScores::RankedScores(std::vector<Score> scores) : scores_(std::move(scores)) {
  std::stable_sort(scores_.begin(), scores_.end(),
                   [](const Score& a, const Score& b) { return a.score > b.score; });
}

double RankedScores::area(const std::vector<int>& weights) const {
  double positives = 0;
  double negatives = 0;
  double area = 0;
  for_each_tie(
      scores_, [&](std::size_t specimen) { return weights[specimen]; },
      [&](std::int64_t more_positives, std::int64_t more_negatives) {
        area += static_cast<double>(more_negatives) *
                (positives + 0.5 * static_cast<double>(more_positives));
        positives += static_cast<double>(more_positives);
        negatives += static_cast<double>(more_negatives);
      });
  return positives > 0 && negatives > 0 ? area / (positives * negatives)
                                        : std::numeric_limits<double>::quiet_NaN();
}

RocCurve RankedScores::curve() const {
  RocCurve curve = {{0}, {0}};
  double positives = 0;
  double negatives = 0;
  // Counts first: whether three of them lie on a line is exact.
  for_each_tie(
      scores_, [](std::size_t) { return 1; },
      [&](std::int64_t more_positives, std::int64_t more_negatives) {
        positives += static_cast<double>(more_positives);
        negatives += static_cast<double>(more_negatives);
        append(curve, negatives, positives);
      });
  if (positives == 0 || negatives == 0) {
    return {};
  }
  for (double& rate : curve.false_positive_rate) {
    rate /= negatives;
  }
  for (double& rate : curve.true_positive_rate) {
    rate /= positives;
  }
  return curve;
}

double rate_at(const RocCurve& curve, double false_positive_rate) {
  const std::vector<double>& x = curve.false_positive_rate;
  const std::vector<double>& y = curve.true_positive_rate;
  const auto after = std::upper_bound(x.begin(), x.end(), false_positive_rate);
  if (after == x.end()) {
    return y.back();
  }
  const auto i = static_cast<std::size_t>(after - x.begin());
  const double share = (false_positive_rate - x[i - 1]) / (x[i] - x[i - 1]);
  return y[i - 1] + share * (y[i] - y[i - 1]);
}

}  // namespace fossilct
