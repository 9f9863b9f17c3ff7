// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_observer.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "apps/training/train_report.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// "0.713", "-" for a class that is neither there nor predicted.
std::string log_score(double score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", score);
  return std::isnan(score) ? "-" : text;
}

std::string bytes_text(std::int64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

}  // namespace

TrainObserver::TrainObserver(std::vector<LabelClass> classes, bool on_gpu,
                             std::filesystem::path table, TerminalProgress& progress)
    : classes_(std::move(classes)),
      on_gpu_(on_gpu),
      table_(std::move(table)),
      progress_(progress) {}

void TrainObserver::estimated(const TrainingEstimate& estimate) {
  progress_.notice(estimate_text(estimate, on_gpu_));
}

void TrainObserver::weights_loaded(const LoadReport& report) {
  progress_.notice("encoder weights: " + summary(report));
}

void TrainObserver::epoch_done(const TrainingRecord& so_far) {
  progress_.notice(epoch_text(so_far));
  write_table(so_far);
}

// A full disk must not end a training.
void TrainObserver::write_table(const TrainingRecord& so_far) {
  try {
    write_file_atomically(table_, training_csv(so_far, classes_));
  } catch (const Error& error) {
    progress_.warning("the table of epochs could not be written, the next epoch tries again: " +
                      std::string(error.what()));
  }
}

std::string estimate_text(const TrainingEstimate& estimate, bool on_gpu) {
  return "will use about " + bytes_text(estimate.memory_bytes) +
         (on_gpu ? " of GPU memory, " : " of RAM, ") + bytes_text(estimate.disk_bytes) +
         " of disk, " + format_duration(estimate.hours * 3600);
}

std::string epoch_text(const TrainingRecord& so_far) {
  const EpochRecord& epoch = so_far.epochs.back();
  std::string text =
      "epoch " + std::to_string(epoch.epoch) + " of " + std::to_string(so_far.planned_epochs);
  text += epoch.resolution > 1 ? ", 1/" + std::to_string(epoch.resolution) : "";
  text += epoch.frozen ? ", encoder frozen" : "";
  text += ": loss " + log_score(epoch.loss);
  if (epoch.validated()) {
    text += ", IoU " + log_score(epoch.mean_foreground_iou);
    if (epoch.iou_by_class.size() > 2) {
      std::string each;
      for (std::size_t k = 1; k < epoch.iou_by_class.size(); ++k) {
        each += (each.empty() ? "" : " ") + log_score(epoch.iou_by_class[k]);
      }
      text += " (" + each + ")";
    }
    text += epoch.best ? ", the best so far" : "";
  }
  text += ", " + format_rounded(std::round(epoch.samples_per_second * 10) / 10) + " slices/s, " +
          bytes_text(epoch.memory_bytes);
  return text +
         (so_far.seconds_left > 0 ? ", " + format_duration(so_far.seconds_left) + " left" : "");
}

}  // namespace fossilct
