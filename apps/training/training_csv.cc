// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "apps/training/train_report.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) {
    return field;
  }
  std::string result = "\"";
  for (const char c : field) {
    result += c == '"' ? "\"\"" : std::string(1, c);
  }
  return result + '"';
}

std::string line_of(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    line += (i == 0 ? "" : ",") + quoted(fields[i]);
  }
  return line + '\n';
}

std::string number_or_empty(double value) { return std::isnan(value) ? "" : format_number(value); }

std::vector<std::string> names_of(const std::vector<LabelClass>& classes) {
  std::vector<std::string> names = {"epoch",          "stage", "reduced_by",
                                    "frozen_encoder", "loss",  "mean_foreground_iou"};
  for (const LabelClass& c : classes) {
    names.push_back("iou_" + c.name);
  }
  names.insert(names.end(),
               {"learning_rate", "seconds", "samples_per_second", "memory_bytes", "best"});
  return names;
}

std::vector<std::string> fields_of(const EpochRecord& epoch, std::size_t classes) {
  std::vector<std::string> fields = {
      std::to_string(epoch.epoch),
      std::to_string(epoch.stage + 1),
      std::to_string(epoch.resolution),
      epoch.frozen ? "1" : "0",
      number_or_empty(epoch.loss),
      epoch.validated() ? number_or_empty(epoch.mean_foreground_iou) : ""};
  for (std::size_t c = 0; c < classes; ++c) {
    fields.push_back(c < epoch.iou_by_class.size() ? number_or_empty(epoch.iou_by_class[c]) : "");
  }
  fields.insert(fields.end(), {number_or_empty(epoch.rate), number_or_empty(epoch.seconds),
                               number_or_empty(epoch.samples_per_second),
                               std::to_string(epoch.memory_bytes), epoch.best ? "1" : "0"});
  return fields;
}

}  // namespace

std::string training_csv(const TrainingRecord& record, const std::vector<LabelClass>& classes) {
  std::string text = line_of(names_of(classes));
  for (const EpochRecord& epoch : record.epochs) {
    text += line_of(fields_of(epoch, classes.size()));
  }
  return text;
}

}  // namespace fossilct
