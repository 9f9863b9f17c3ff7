// SPDX-License-Identifier: Apache-2.0
#include "volumes/statistics.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <typeinfo>

#include "base/error.h"
#include "volumes/statistics_counter.h"

namespace fossilct {

double VolumeStatistics::percentile(double percent) const {
  double best = 0;
  double best_distance = std::numeric_limits<double>::infinity();
  for (const Percentile& stored : percentiles) {
    const double distance = std::abs(stored.percent - percent);
    if (distance < best_distance) {
      best = stored.value;
      best_distance = distance;
    }
  }
  return best;
}

Json to_json(const Histogram& histogram) {
  return {{"low", histogram.low}, {"high", histogram.high}, {"counts", histogram.counts}};
}

Histogram histogram_from_json(const Json& json) {
  try {
    return {json.at("low").get<double>(), json.at("high").get<double>(),
            json.at("counts").get<std::vector<std::int64_t>>()};
  } catch (const Json::exception&) {
    rethrow_with_context("the stored histogram is damaged", ErrorKind::format);
  }
}

Json to_json(const VolumeStatistics& statistics) {
  Json percentiles = Json::array();
  for (const VolumeStatistics::Percentile& p : statistics.percentiles) {
    percentiles.push_back({{"percent", p.percent}, {"value", p.value}});
  }
  return {{"finite_count", statistics.finite_count},
          {"nan_count", statistics.nan_count},
          {"infinite_count", statistics.infinite_count},
          {"minimum", statistics.minimum},
          {"maximum", statistics.maximum},
          {"mean", statistics.mean},
          {"deviation", statistics.deviation},
          {"percentiles", std::move(percentiles)},
          {"histogram", to_json(statistics.histogram)}};
}

VolumeStatistics statistics_from_json(const Json& json) {
  try {
    VolumeStatistics statistics;
    json.at("finite_count").get_to(statistics.finite_count);
    json.at("nan_count").get_to(statistics.nan_count);
    json.at("infinite_count").get_to(statistics.infinite_count);
    json.at("minimum").get_to(statistics.minimum);
    json.at("maximum").get_to(statistics.maximum);
    json.at("mean").get_to(statistics.mean);
    json.at("deviation").get_to(statistics.deviation);
    for (const Json& p : json.at("percentiles")) {
      statistics.percentiles.push_back(
          {p.at("percent").get<double>(), p.at("value").get<double>()});
    }
    statistics.histogram = histogram_from_json(json.at("histogram"));
    return statistics;
  } catch (const Json::exception&) {
    rethrow_with_context("the stored statistics are damaged", ErrorKind::format);
  }
}

StatisticsAccumulator::StatisticsAccumulator(PixelType type)
    : counter_(bytes_of(type) <= 2 ? make_exact_counter(type) : make_range_counter(type)) {}

StatisticsAccumulator::~StatisticsAccumulator() = default;

void StatisticsAccumulator::add(const AnyConstView& view) { counter_->add(view); }

void StatisticsAccumulator::merge(const StatisticsAccumulator& other) {
  assert(typeid(*counter_) == typeid(*other.counter_));
  counter_->merge(*other.counter_);
}

VolumeStatistics StatisticsAccumulator::result() const { return counter_->result(); }

}  // namespace fossilct
