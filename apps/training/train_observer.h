// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/terminal.h"
#include "train/trainer.h"

namespace fossilct {

// Tells the user of a training what happens: what it will need, a line an epoch; and keeps the
// table of epochs up to date.
class TrainObserver : public TrainingObserver {
 public:
  // `table`: rewritten after every epoch.
  TrainObserver(std::vector<LabelClass> classes, bool on_gpu, std::filesystem::path table,
                TerminalProgress& progress);

  void estimated(const TrainingEstimate& estimate) override;
  void weights_loaded(const LoadReport& report) override;
  void epoch_done(const TrainingRecord& so_far) override;

 private:
  void write_table(const TrainingRecord& so_far);

  std::vector<LabelClass> classes_;
  bool on_gpu_;
  std::filesystem::path table_;
  TerminalProgress& progress_;
};

// "will use about 1.2 GB of RAM, 340 MB of disk, 1 h 05 min".
std::string estimate_text(const TrainingEstimate& estimate, bool on_gpu);
// "epoch 3 of 18, 1/4: loss 0.31, IoU 0.712 (best), 22.5 slices/s, 1.3 GB, 12 min left".
std::string epoch_text(const TrainingRecord& so_far);

}  // namespace fossilct
