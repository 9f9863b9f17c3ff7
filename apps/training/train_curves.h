// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report/markup.h"
#include "train/training_record.h"
#include "volumes/label_classes.h"

namespace fossilct {

// The figures of the training report; empty where the record holds nothing for them.

// Loss and IoU of every epoch, with the stages and the best epoch.
std::vector<Markup> epoch_figures(const TrainingRecord& record,
                                  const std::vector<LabelClass>& classes);
// Learning rates and momentum, step by step.
std::vector<Markup> rate_figures(const TrainingRecord& record);
// One for each range test.
std::vector<Markup> finder_figures(const TrainingRecord& record);

// "full", "1/2", "1/4".
std::string resolution_text(int resolution);

}  // namespace fossilct
