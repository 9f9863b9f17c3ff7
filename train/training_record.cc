// SPDX-License-Identifier: Apache-2.0
#include "train/training_record.h"

#include <cmath>
#include <limits>

#include "train/json_fields.h"

namespace fossilct {

// Found by the visitors' templates, so not in the unnamed namespace.
template <typename Self, typename Visit>
static void visit_epoch(Self& self, Visit& visit) {
  visit("epoch", self.epoch);
  visit("stage", self.stage);
  visit("resolution", self.resolution);
  visit("frozen", self.frozen);
  visit("loss", self.loss);
  visit("mean_foreground_iou", self.mean_foreground_iou);
  visit("rate", self.rate);
  visit("seconds", self.seconds);
  visit("samples_per_second", self.samples_per_second);
  visit("memory_bytes", self.memory_bytes);
  visit("best", self.best);
}
static void visit_fields(const EpochRecord& self, FieldWriter& visit) {
  visit_epoch(self, visit);
  visit.json["iou_by_class"] = self.iou_by_class;  // NaN is written as null
}
static void visit_fields(EpochRecord& self, FieldReader& visit) {
  visit_epoch(self, visit);
  for (const Json& iou : visit.field("iou_by_class")) {
    self.iou_by_class.push_back(iou.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                              : iou.get<double>());
  }
}

template <typename Self, typename Visit>
static void visit_finder(Self& self, Visit& visit) {
  visit("stage", self.stage);
  visit("frozen", self.frozen);
  visit("rates", self.rates);
  visit("losses", self.losses);
  visit("suggestion", self.suggestion);
  visit("chosen", self.chosen);
}
static void visit_fields(const FinderRecord& self, FieldWriter& visit) {
  visit_finder(self, visit);
}
static void visit_fields(FinderRecord& self, FieldReader& visit) { visit_finder(self, visit); }

template <typename Self, typename Visit>
static void visit_rate(Self& self, Visit& visit) {
  visit("step", self.step);
  visit("rates", self.rates);
  visit("momentum", self.momentum);
  visit("loss", self.loss);
}
static void visit_fields(const RateRecord& self, FieldWriter& visit) { visit_rate(self, visit); }
static void visit_fields(RateRecord& self, FieldReader& visit) { visit_rate(self, visit); }

namespace {

template <typename T>
Json list_json(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) {
    list.push_back(written_fields(item));
  }
  return list;
}

template <typename T>
std::vector<T> list_from_json(const Json& json, const std::string& where) {
  std::vector<T> items;
  for (const Json& item : json) {
    items.push_back(read_fields<T>(item, where));
  }
  return items;
}

}  // namespace

Json to_json(const EpochRecord& epoch) { return written_fields(epoch); }

Json to_json(const EvaluationRecord& evaluation) {
  Json confusion = Json::array();
  for (int truth = 0; truth < evaluation.confusion.classes(); ++truth) {
    Json row = Json::array();
    for (int found = 0; found < evaluation.confusion.classes(); ++found) {
      row.push_back(evaluation.confusion.count(truth, found));
    }
    confusion.push_back(std::move(row));
  }
  return {{"what", evaluation.what},
          {"slices", evaluation.slices},
          {"scores", to_json(evaluation.scores)},
          {"boundary_dice", evaluation.boundary_dice},
          {"confusion", std::move(confusion)}};
}

Json progress_json(const TrainingRecord& record) {
  return {{"epochs", list_json(record.epochs)}, {"finders", list_json(record.finders)},
          {"rates", list_json(record.rates)},   {"notices", record.notices},
          {"best_epoch", record.best_epoch},    {"seconds", record.seconds}};
}

TrainingRecord record_from_progress_json(const Json& json) {
  TrainingRecord record;
  record.epochs = list_from_json<EpochRecord>(json.at("epochs"), "epochs.");
  record.finders = list_from_json<FinderRecord>(json.at("finders"), "finders.");
  record.rates = list_from_json<RateRecord>(json.at("rates"), "rates.");
  json.at("notices").get_to(record.notices);
  json.at("best_epoch").get_to(record.best_epoch);
  json.at("seconds").get_to(record.seconds);
  return record;
}

}  // namespace fossilct
