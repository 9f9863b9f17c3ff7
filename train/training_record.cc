// SPDX-License-Identifier: Apache-2.0
#include "train/training_record.h"

#include <cmath>
#include <limits>

#include "train/json_fields.h"

namespace fossilct {

// Found by the visitors' templates, so not in the unnamed namespace.
template <FieldsOf<EpochRecord> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
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
  visit.as(
      "iou_by_class", self.iou_by_class,
      [](const std::vector<double>& scores) { return Json(scores); },  // NaN is written as null
      [](const Json& json, const std::string&) {
        std::vector<double> scores;
        for (const Json& iou : json) {
          scores.push_back(iou.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                         : iou.get<double>());
        }
        return scores;
      });
}

template <FieldsOf<FinderRecord> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("stage", self.stage);
  visit("frozen", self.frozen);
  visit("rates", self.rates);
  visit("losses", self.losses);
  visit("suggestion", self.suggestion);
  visit("chosen", self.chosen);
}

template <FieldsOf<RateRecord> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("step", self.step);
  visit("rates", self.rates);
  visit("momentum", self.momentum);
  visit("loss", self.loss);
}

// What is known while training goes on.
template <FieldsOf<TrainingRecord> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit_list<EpochRecord>(visit, "epochs", self.epochs);
  visit_list<FinderRecord>(visit, "finders", self.finders);
  visit_list<RateRecord>(visit, "rates", self.rates);
  visit("notices", self.notices);
  visit("best_epoch", self.best_epoch);
  visit("stopped_early", self.stopped_early);
  visit("seconds", self.seconds);
}

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

Json progress_json(const TrainingRecord& record) { return written_fields(record); }

TrainingRecord record_from_progress_json(const Json& json) {
  return read_fields<TrainingRecord>(json, "record.");
}

}  // namespace fossilct
