// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "networks/training_kernels.h"
#include "train/estimate.h"
#include "train/training_run.h"
#include "volumes/block_cache.h"

namespace fossilct {
namespace {

constexpr int examples_of_a_kind = 6;

std::int64_t bytes_of_all(const std::vector<LabelledScan>& scans) {
  std::int64_t bytes = 0;
  for (const LabelledScan& scan : scans) {
    bytes += decoded_bytes(*scan.scan) + decoded_bytes(*scan.labels);
  }
  return bytes;
}

// Each volume gets its share of the cache by its size.
void put_behind_cache(std::vector<LabelledScan>& scans, std::int64_t all_bytes,
                      std::int64_t cache_bytes) {
  const double share = std::min(1.0, static_cast<double>(cache_bytes) /
                                         static_cast<double>(std::max<std::int64_t>(1, all_bytes)));
  for (LabelledScan& scan : scans) {
    for (std::unique_ptr<VolumeSource>* source : {&scan.scan, &scan.labels}) {
      const double bytes = share * static_cast<double>(decoded_bytes(**source));
      *source = cached(std::move(*source), static_cast<std::int64_t>(std::ceil(bytes)));
    }
  }
}

}  // namespace

// One class in the training slices teaches nothing; no foreground in the validation voxels scores
// nothing.
void TrainingRun::require_sense() {
  const std::vector<std::int64_t>& counts = training_voxels_;
  if (std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }) < 2) {
    throw Error(ErrorKind::format,
                "the training slices hold voxels of one class only: expected two at least; label "
                "background and fossils, or leave other slices for validation");
  }
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0) {
      note("no training slice holds class " + std::to_string(label) + " (" +
           data_.classes[label].name + "): it can't be learned");
    }
  }
  if (std::all_of(validation_voxels_.begin() + 1, validation_voxels_.end(),
                  [](std::int64_t n) { return n == 0; })) {
    throw Error(
        ErrorKind::format,
        "the validation slices hold no foreground, so no score can be had from them: choose "
        "others with --validate-slices, or a larger --validate-share");
  }
  require_size();
  if (validator_->all_slices() == 0) {
    throw Error(ErrorKind::option,
                "no slice to validate on along axes " + name_of(recipe_.axes) +
                    ": single validation slices are mere lines along y and x: give --axes with z, "
                    "or a range of neighbouring slices");
  }
  if (options_.validation.kind == ValidationOptions::Kind::random_slices) {
    note(
        "validation on random slices: their neighbours are trained on, so the scores flatter; "
        "they are for comparing with papers");
  }
  if (options_.validation.kind == ValidationOptions::Kind::named_slices) {
    note("validation on named slices, without a guard between them and what is trained on");
  }
}

// A slice that is reduced must leave a pixel.
void TrainingRun::require_size() const {
  for (std::size_t i = 0; i < recipe_.stages.size(); ++i) {
    const Stage& stage = recipe_.stages[i];
    for (const SampledScan& scan : sampled_) {
      for (const Axis axis : recipe_.axes) {
        const SlicePart part = whole_slices(scan.size, axis);
        if (epochs_of(stage) > 0 && std::min(part.rows, part.columns) < stage.resolution) {
          throw Error(ErrorKind::option, "slices along " + name_of(std::vector{axis}) + " are " +
                                             std::to_string(part.columns) + " x " +
                                             std::to_string(part.rows) + " voxels, too few for 1/" +
                                             std::to_string(stage.resolution) +
                                             " of them: leave the axis out (--axes), " +
                                             "or the stage (--set stages." + std::to_string(i) +
                                             ".unfrozen.epochs=0)");
        }
      }
    }
  }
}

TrainingOutcome TrainingRun::run(const std::optional<std::filesystem::path>& checkpoint) {
  survey();
  require_sense();
  plan();
  const NetworkSpec spec{.encoder = recipe_.encoder,
                         .decoder = recipe_.decoder,
                         .channels = recipe_.channels(),
                         .classes = static_cast<int>(data_.classes.size())};
  std::shared_ptr<Network> network =
      options_.network ? options_.network : make_network(spec, options_.seed);
  if (options_.encoder_weights != nullptr) {
    observer_.weights_loaded(
        load_weights(*network, *options_.encoder_weights, {.encoder_only = true}));
  }
  learner_ = std::make_unique<Learner>(std::move(network), recipe_, loss_options(), options_.device,
                                       training_precision(options_.precision, options_.device));
  begin_or_go_on(checkpoint);
  preparation_ = seconds() - seconds_before_;
  // Only what is left: the rate is that of this run.
  progress_.begin("train", total_pixels() - pixels_done(), WorkUnit::voxels);
  try {
    train_all();
  } catch (const Cancelled&) {
    save("what there is is the one before it");
    throw;
  }
  progress_.end();
  return outcome();
}

void TrainingRun::begin_or_go_on(const std::optional<std::filesystem::path>& checkpoint) {
  if (checkpoint) {
    const Checkpoint from = read_checkpoint(*checkpoint);
    restore(from);
    seconds_before_ = record_.seconds;
    began_ = std::chrono::steady_clock::now();
    if (from.position.at("threads") != at::get_num_threads()) {
      note("the checkpoint was written with --threads " + json_text(from.position.at("threads")) +
           ", training goes on with " + std::to_string(at::get_num_threads()) +
           ": the weights will differ in their last digits");
    }
  }
  observer_.estimated(estimate());
  if (checkpoint && *checkpoint != options_.checkpoint) {
    // It stands in for one that is damaged, which must not become the one before.
    std::error_code ignored;
    std::filesystem::remove(options_.checkpoint, ignored);
  }
  if (!checkpoint || *checkpoint != options_.checkpoint) {
    // Something to go back to; and a disk that is full is told now.
    save();
  }
  saved_ = std::chrono::steady_clock::now();
}

void TrainingRun::train_all() {
  while (at_.stage < std::ssize(recipe_.stages)) {
    if (!phase_runs()) {
      next_phase();
      continue;
    }
    const Sampler sampler = sampler_of(stage());
    begin_phase(sampler);
    run_epoch(sampler);
  }
}

void TrainingRun::plan() {
  for (const Stage& stage : recipe_.stages) {
    PlannedStage planned{
        stage,      epochs_of(stage), sampler_of(stage).steps_an_epoch(),
        stage.crop, stage.crop,       encoder_training(stage, stage.unfrozen.epochs == 0)};
    if (stage.crop == 0) {
      for (const SampledScan& scan : sampled_) {
        const SlicePart part = whole_slices(scan.size, recipe_.axes.front());
        planned.height = std::max(planned.height, part.rows / stage.resolution);
        planned.width = std::max(planned.width, part.columns / stage.resolution);
      }
    }
    record_.planned_epochs += planned.epochs;
    planned_.push_back(planned);
  }
}

double TrainingRun::seconds_left() const {
  if (at_.stage == std::ssize(recipe_.stages)) {
    return 0;
  }
  const auto done = static_cast<double>(pixels_done());
  const double seconds_a_pixel = done > 0 ? (seconds() - preparation_) / done : 0;
  return seconds_a_pixel * (static_cast<double>(total_pixels()) - done);
}

// Work is counted in pixels of samples: a stage at full resolution takes longer than one at a half.
std::int64_t TrainingRun::total_pixels() const {
  std::int64_t pixels = 0;
  for (const PlannedStage& stage : planned_) {
    pixels += stage.epochs * stage.steps * stage.pixels_a_step();
  }
  return pixels;
}

// Of the epochs and steps that a checkpoint stands behind.
std::int64_t TrainingRun::pixels_done() const {
  std::int64_t pixels = 0;
  for (const EpochRecord& epoch : record_.epochs) {
    const PlannedStage& of = planned_[static_cast<std::size_t>(epoch.stage)];
    pixels += of.steps * of.pixels_a_step();
  }
  if (at_.step > 0) {
    pixels += at_.step * planned_[static_cast<std::size_t>(at_.stage)].pixels_a_step();
  }
  return pixels;
}

TrainingEstimate TrainingRun::estimate() {
  const std::vector<LabelledScan>& validated =
      data_.validation.empty() ? data_.training : data_.validation;
  std::int64_t pixels = 0;
  for (const LabelledScan& scan : validated) {
    pixels = std::max(pixels, scan.size().x * scan.size().y);
  }
  const std::int64_t all = bytes_of_all(data_.training) + bytes_of_all(data_.validation);
  TrainingEstimate estimate = estimate_training(
      *learner_, planned_, recipe_.repeat_grey ? 1 : recipe_.channels(),
      static_cast<int>(data_.classes.size()), std::min(all, options_.cache_bytes), pixels);
  const auto all_pixels = static_cast<double>(std::max<std::int64_t>(1, total_pixels()));
  estimate.hours *= 1 - static_cast<double>(pixels_done()) / all_pixels;
  estimate.hours += scoring_hours();
  return estimate;
}

// Of the scores of all epochs and those of the end, from one of them.
double TrainingRun::scoring_hours() {
  const auto begin = std::chrono::steady_clock::now();
  validator_->quick_score(learner_->stored(), progress_);
  const std::chrono::duration<double, std::ratio<3600>> taken =
      std::chrono::steady_clock::now() - begin;
  std::int64_t slices = validator_->all_slices();
  for (const LabelledScan& scan : data_.test) {
    slices += scan.size().z;
  }
  const std::int64_t quick = validator_->quick_slices();
  const std::int64_t epochs =
      recipe_.stages.back().unfrozen.epochs + std::ssize(recipe_.stages) - 1;
  return taken.count() * static_cast<double>(epochs + slices / std::max<std::int64_t>(1, quick));
}

TrainingOutcome TrainingRun::outcome() {
  std::shared_ptr<Network> network = make_network(learner_->network().spec());
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_dict(*network)) {
    const auto found = std::find_if(best_.begin(), best_.end(), [&](const NamedTensor& best) {
      return best.name == "best." + name;
    });
    at::Tensor(tensor).copy_(found->tensor);
  }
  network->eval();
  record_.validation = validator_->evaluate(
      *network,
      options_.validation.kind == ValidationOptions::Kind::other_scans ? "validation scans"
                                                                       : "validation slices",
      progress_);
  record_.examples = validator_->examples(*network, examples_of_a_kind);
  if (!data_.test.empty()) {
    try {
      score_test_scans(*network);
    } catch (const Error& error) {  // hours of training must not be lost by it
      record_.test_failure = error.what();
      note("the test scan could not be scored: " + record_.test_failure);
    }
  }
  record_.seconds = seconds();
  return {std::move(network), recipe_, std::move(record_)};
}

void TrainingRun::score_test_scans(const Network& network) {
  const int classes = static_cast<int>(data_.classes.size());
  std::vector<ScanSplit> splits;
  std::string names;
  for (LabelledScan& scan : data_.test) {
    splits.push_back(all_slices(survey_labels(scan, classes, progress_), SliceRole::validation));
    names += (names.empty() ? "test scan " : ", ") + scan.name;
  }
  Validator tester(data_.test, splits, classes, recipe_, {Axis::z}, options_.device);
  record_.test = tester.evaluate(network, names, progress_);
}

TrainingOutcome train(TrainingData& data, const TrainingOptions& options,
                      const std::optional<std::filesystem::path>& resume,
                      TrainingObserver& observer, Progress& progress) {
  const std::int64_t all = bytes_of_all(data.training) + bytes_of_all(data.validation);
  put_behind_cache(data.training, all, options.cache_bytes);
  put_behind_cache(data.validation, all, options.cache_bytes);
  keep_freed_memory();
  TrainingRun run(data, options, observer, progress);
  try {
    return run.run(resume);
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::device, std::string("training on ") + options.device.str() + ": " +
                                       error.what_without_backtrace());
  }
}

}  // namespace fossilct
