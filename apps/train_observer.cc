// SPDX-License-Identifier: Apache-2.0
#include "apps/train_observer.h"

#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "apps/train_report.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// "0.713", "-" for a class that is neither there nor predicted.
std::string score_text(double score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", score);
  return std::isnan(score) ? "-" : text;
}

// Pixels that an epoch of a stage shows to the network; whole slices of all axes where the recipe
// leaves their number or size to the scans.
double work_of(const Stage& stage, const Recipe& recipe, const TrainingData& data) {
  double slices = 0;
  double pixels = 0;
  for (const LabelledScan& scan : data.training) {
    for (const Axis axis : recipe.axes) {
      const SlicePart part = whole_slices(scan.size(), axis);
      slices += static_cast<double>(part.slice);
      pixels += static_cast<double>(part.slice) * static_cast<double>(part.rows * part.columns);
    }
  }
  const double of_slice = pixels / slices / (stage.resolution * stage.resolution);
  const double samples = stage.epoch_samples > 0 ? stage.epoch_samples : slices;
  return samples * (stage.crop > 0 ? 1.0 * stage.crop * stage.crop : of_slice);
}

std::vector<double> work_of_epochs(const Recipe& recipe, const TrainingData& data,
                                   bool weights_given) {
  std::vector<double> work;
  for (const Stage& stage : recipe.stages) {
    const int epochs = stage.unfrozen.epochs + (weights_given ? stage.frozen.epochs : 0);
    work.insert(work.end(), static_cast<std::size_t>(epochs), work_of(stage, recipe, data));
  }
  return work;
}

double seconds_left(const TrainingRecord& so_far, const std::vector<double>& work) {
  const std::size_t done = std::min(so_far.epochs.size(), work.size());
  const auto middle = work.begin() + static_cast<std::ptrdiff_t>(done);
  const double before = std::accumulate(work.begin(), middle, 0.0);
  const double after = std::accumulate(middle, work.end(), 0.0);
  double seconds = 0;
  for (const EpochRecord& epoch : so_far.epochs) {
    seconds += epoch.seconds;
  }
  return before > 0 ? seconds * after / before : 0;
}

std::string bytes_text(std::int64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

}  // namespace

TrainObserver::TrainObserver(const TrainingOptions& options, const TrainingData& data,
                             std::filesystem::path table, TerminalProgress& progress)
    : classes_(data.classes),
      work_(work_of_epochs(options.recipe, data, options.encoder_weights != nullptr)),
      on_gpu_(!options.device.is_cpu()),
      table_(std::move(table)),
      progress_(progress) {}

void TrainObserver::estimated(const TrainingEstimate& estimate) {
  progress_.notice(estimate_text(estimate, on_gpu_));
}

void TrainObserver::weights_loaded(const LoadReport& report) {
  progress_.notice("encoder weights: " + summary(report));
}

void TrainObserver::epoch_done(const TrainingRecord& so_far) {
  progress_.notice(epoch_text(so_far, work_));
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

std::string epoch_text(const TrainingRecord& so_far, const std::vector<double>& work) {
  const EpochRecord& epoch = so_far.epochs.back();
  std::string text = "epoch " + std::to_string(epoch.epoch) + " of " +
                     std::to_string(std::max(work.size(), so_far.epochs.size()));
  text += epoch.resolution > 1 ? ", 1/" + std::to_string(epoch.resolution) : "";
  text += epoch.frozen ? ", encoder frozen" : "";
  text += ": loss " + score_text(epoch.loss);
  if (epoch.validated()) {
    text += ", IoU " + score_text(epoch.mean_foreground_iou);
    if (epoch.iou_by_class.size() > 2) {
      std::string each;
      for (std::size_t k = 1; k < epoch.iou_by_class.size(); ++k) {
        each += (each.empty() ? "" : " ") + score_text(epoch.iou_by_class[k]);
      }
      text += " (" + each + ")";
    }
    text += epoch.best ? ", the best so far" : "";
  }
  text += ", " + format_rounded(std::round(epoch.samples_per_second * 10) / 10) + " slices/s, " +
          bytes_text(epoch.memory_bytes);
  const double left = seconds_left(so_far, work);
  return text + (left > 0 ? ", " + format_duration(left) + " left" : "");
}

}  // namespace fossilct
