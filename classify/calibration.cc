// SPDX-License-Identifier: Apache-2.0
#include "classify/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace fossilct {

namespace {

constexpr double lowest_temperature = 0.05;
constexpr double highest_temperature = 20;
constexpr double precision = 1e-3;  // of the temperature's logarithm
constexpr double least_probability = 1e-12;

double loss_at(const std::vector<KnownSpecimen>& specimens, double temperature) {
  const auto count = static_cast<double>(specimens.size());
  const double aim = (count + 1) / (count + 2);
  double loss = 0;
  for (const KnownSpecimen& specimen : specimens) {
    const std::vector<double> scores = mean_scores(specimen.logits, temperature);
    const double each_other = (1 - aim) / std::max(1.0, static_cast<double>(scores.size()) - 1);
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const double wanted = std::cmp_equal(k, specimen.taxon) ? aim : each_other;
      loss -= wanted * std::log(std::max(scores[k], least_probability));
    }
  }
  return loss;
}

}  // namespace

std::vector<double> mean_scores(const std::vector<std::vector<double>>& logits,
                                double temperature) {
  std::vector<double> mean(logits.front().size(), 0);
  for (const std::vector<double>& view : logits) {
    const double largest = *std::max_element(view.begin(), view.end());
    std::vector<double> scores;
    for (const double logit : view) {
      scores.push_back(std::exp((logit - largest) / temperature));
    }
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
    for (std::size_t k = 0; k < mean.size(); ++k) {
      mean[k] += scores[k] / sum / static_cast<double>(logits.size());
    }
  }
  return mean;
}

double fitted_temperature(const std::vector<KnownSpecimen>& specimens) {
  if (specimens.empty()) {
    return 1;
  }
  const auto loss = [&](double logarithm) { return loss_at(specimens, std::exp(logarithm)); };
  const double share = std::numbers::phi - 1;
  double low = std::log(lowest_temperature);
  double high = std::log(highest_temperature);
  double left = high - share * (high - low);
  double right = low + share * (high - low);
  double at_left = loss(left);
  double at_right = loss(right);
  while (high - low > precision) {
    if (at_left < at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - share * (high - low);
      at_left = loss(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + share * (high - low);
      at_right = loss(right);
    }
  }
  return std::exp((low + high) / 2);
}

double percentile_99(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(0.99 * static_cast<double>(values.size())));
  return values[rank - 1];
}

}  // namespace fossilct
