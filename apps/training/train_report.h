// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apps/cli/facts.h"
#include "base/json.h"
#include "train/training_record.h"
#include "volumes/label_classes.h"

namespace fossilct {

struct TrainingReportInput {
  std::string title;       // "Training of core-a.safetensors"
  std::string model_file;  // its name
  Facts data = {};         // what it was trained, validated and tested on, a fact a line
  std::vector<LabelClass> classes = {};  // value i at place i; 0 is background
  Json recipe = {};                      // as it was carried out
  Json provenance = {};
  std::vector<std::string> notices = {};  // beside those of the record
  TrainingRecord record = {};
};

// The report of a training as one HTML page: verdict, curves, rates, scores, the slices that were
// recorded, recipe and provenance. Whatever the record lacks is said or left out. Pictures are at
// most 512 x 512 pixels (larger slices are reduced), so that a dozen of them stay under 5 MB. The
// same input gives the same bytes. Cost: about a second, most of it the pictures.
std::string training_report(const TrainingReportInput& input);

// A row an epoch under a row of names, commas between and lines ended by \n, quoted as RFC 4180
// says. Scores are empty where the epoch was not validated or a class was nowhere.
std::string training_csv(const TrainingRecord& record, const std::vector<LabelClass>& classes);

}  // namespace fossilct
