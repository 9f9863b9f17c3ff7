// SPDX-License-Identifier: Apache-2.0
#include "train/training_run.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/process_memory.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/text.h"
#include "train/estimate.h"
#include "train/json_fields.h"

namespace fossilct {

// Found by the visitors' templates, so not in the unnamed namespace.
template <FieldsOf<TrainingPosition> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("stage", self.stage);
  visit("frozen", self.frozen);
  visit("phase_begun", self.phase_begun);
  visit("epoch", self.epoch);
  visit("epochs_done", self.epochs_done);
  visit("step", self.step);
  visit("steps", self.steps);
  visit("loss_sum", self.loss_sum);
  visit("smooth_loss", self.smooth_loss);
  visit("recoveries", self.recoveries);
  visit("batch_divisor", self.batch_divisor);
  visit("best_iou", self.best_iou);
  visit("epochs_without_better", self.epochs_without_better);
}

namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_recoveries = 3;
constexpr std::int64_t most_rate_records = 2000;
constexpr double loss_memory = 0.95;
constexpr double fallback_rate = 1e-3;
// Streams of random numbers that must not meet.
constexpr std::int64_t augmentation_stream = 1, sampling_stream = 2, finder_stream = 3,
                       split_stream = 4;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Adds the voxels of each class in the slices of a role.
void add_voxels(const LabelSurvey& survey, const ScanSplit& split, SliceRole role,
                std::vector<std::int64_t>& voxels) {
  for (const std::int64_t z : split.slices(role)) {
    const std::vector<std::int64_t>& counts = survey.slices[static_cast<std::size_t>(z)].counts;
    std::transform(voxels.begin(), voxels.end(), counts.begin(), voxels.begin(), std::plus<>());
  }
}

}  // namespace

Json to_json(const TrainingPosition& position) { return written_fields(position); }

TrainingPosition position_from_json(const Json& json) {
  const auto at = read_fields<TrainingPosition>(json, "position.");
  if (at.stage < 0 || at.epoch < 0 || at.epochs_done < 0 || at.step < 0 || at.steps < 0 ||
      at.recoveries < 0 || at.batch_divisor < 1) {
    throw Error(ErrorKind::format, "position: a number is negative");
  }
  return at;
}

TrainingRun::TrainingRun(TrainingData& data, const TrainingOptions& options,
                         TrainingObserver& observer, Progress& progress)
    : data_(data),
      options_(options),
      observer_(observer),
      progress_(progress),
      recipe_(options.recipe),
      began_(Clock::now()) {
  check(recipe_);
}

TrainingRun::~TrainingRun() = default;

void TrainingRun::note(const std::string& text) {
  progress_.warning(text);
  record_.notices.push_back(text);
}

void TrainingRun::survey() {
  const int classes = static_cast<int>(data_.classes.size());
  const bool others = options_.validation.kind == ValidationOptions::Kind::other_scans;
  training_voxels_.resize(data_.classes.size());
  validation_voxels_.resize(data_.classes.size());
  for (LabelledScan& scan : data_.training) {
    SampledScan sampled{scan.size(), {}, survey_labels(scan, classes, progress_)};
    sampled.split = split_scan(scan, sampled.survey, options_.validation, recipe_.context,
                               hash(options_.seed, split_stream));
    if (!sampled.split.note.empty()) {
      note(sampled.split.note);
    }
    if (!others) {
      validation_splits_.push_back(sampled.split);
      add_voxels(sampled.survey, sampled.split, SliceRole::validation, validation_voxels_);
    }
    add_voxels(sampled.survey, sampled.split, SliceRole::training, training_voxels_);
    sampled_.push_back(std::move(sampled));
  }
  for (LabelledScan& scan : data_.validation) {
    const LabelSurvey labels = survey_labels(scan, classes, progress_);
    validation_splits_.push_back(all_slices(labels, SliceRole::validation));
    add_voxels(labels, validation_splits_.back(), SliceRole::validation, validation_voxels_);
  }
  validator_ =
      std::make_unique<Validator>(others ? data_.validation : data_.training, validation_splits_,
                                  classes, recipe_, recipe_.axes, options_.device);
  fingerprint_ = fingerprint();
}

Sampler TrainingRun::sampler_of(const Stage& stage) const {
  return {sampled_, recipe_.axes, recipe_.foreground_share, stage,
          hash(options_.seed, sampling_stream)};
}

LossOptions TrainingRun::loss_options() const {
  LossOptions loss = recipe_.loss;
  if (recipe_.balance_classes) {
    loss.class_weights = balancing_weights(training_voxels_);
  }
  check(loss, static_cast<int>(data_.classes.size()));
  return loss;
}

std::string TrainingRun::fingerprint() const {
  Json all = {{"recipe", to_json(options_.recipe)},
              {"seed", options_.seed},
              {"device", options_.device.str()},
              {"precision", name_of(options_.precision)}};
  for (const SampledScan& scan : sampled_) {
    Json counts = Json::array();
    for (const SliceSurvey& slice : scan.survey.slices) {
      counts.push_back(slice.counts);
    }
    all["scans"].push_back({{"size", zyx_from_xyz(scan.size)},
                            {"training", scan.split.slices(SliceRole::training)},
                            {"validation", scan.split.slices(SliceRole::validation)},
                            {"labels", std::move(counts)}});
  }
  return sha256_of(json_text(all));
}

Phase& TrainingRun::phase() {
  Stage& stage = recipe_.stages[static_cast<std::size_t>(at_.stage)];
  return at_.frozen ? stage.frozen : stage.unfrozen;
}

int TrainingRun::frozen_epochs(const Stage& stage) const {
  return options_.encoder_weights == nullptr ? 0 : stage.frozen.epochs;
}

int TrainingRun::epochs_of(const Stage& stage) const {
  return frozen_epochs(stage) + stage.unfrozen.epochs;
}

bool TrainingRun::phase_runs() const {
  return (at_.frozen ? frozen_epochs(stage()) : stage().unfrozen.epochs) > 0;
}

double TrainingRun::seconds() const { return seconds_before_ + seconds_since(began_); }

bool TrainingRun::in_last_phase() const {
  return !at_.frozen && at_.stage + 1 == std::ssize(recipe_.stages);
}

void TrainingRun::next_phase() {
  at_.stage += at_.frozen ? 0 : 1;
  at_.frozen = !at_.frozen;
  at_.epoch = 0;
  at_.epochs_without_better = 0;
  at_.phase_begun = false;
}

EncoderTraining TrainingRun::encoder_training(const Stage& stage, bool frozen) const {
  return {.convolutions = !frozen, .norm = !(stage.batch == 1 && recipe_.freeze_norm_at_batch_1)};
}

void TrainingRun::begin_phase(const Sampler& sampler) {
  if (at_.phase_begun) {
    return;
  }
  learner_->begin_phase(encoder_training(stage(), at_.frozen));
  if (!phase().rates) {
    find_rates(sampler);
  }
  at_.phase_begun = true;
}

void TrainingRun::find_rates(const Sampler& sampler) {
  progress_.notice("finding the learning rate of " + std::string(at_.frozen ? "frozen " : "") +
                   "stage " + std::to_string(at_.stage + 1));
  const Json numbers = learner_->numbers();
  const WeightFile before = learner_->copied_state();
  RateFinder finder;
  try {
    try_rates(sampler, finder);
  } catch (const Cancelled&) {
    learner_->restore(before, numbers);
    throw;
  }
  learner_->restore(before, numbers);
  record_finder(finder);
}

void TrainingRun::try_rates(const Sampler& sampler, RateFinder& finder) {
  std::unique_ptr<BatchLoader> loader;
  for (std::int64_t steps = 0; const std::optional<double> rate = finder.next_rate(); ++steps) {
    progress_.check();
    if (steps % sampler.steps_an_epoch() == 0) {  // its samples are used up
      loader.reset();
      loader =
          std::make_unique<BatchLoader>(data_.training, sampled_, sampler, stage(), recipe_.context,
                                        at_.epochs_done + steps / sampler.steps_an_epoch(), 0);
    }
    const std::uint64_t seed = hash(options_.seed, finder_stream, at_.epochs_done, steps);
    finder.record(step(
        loader->next(),
        {.rates = {*rate, *rate, *rate}, .momentum = 0.9, .batch = stage().batch, .seed = seed}));
  }
}

void TrainingRun::record_finder(const RateFinder& finder) {
  FinderRecord found{.stage = at_.stage, .frozen = at_.frozen, .rates = {}, .losses = {}};
  for (const RateFinder::Point& point : finder.curve()) {
    found.rates.push_back(point.rate);
    found.losses.push_back(point.loss);
  }
  found.suggestion = finder.valley() ? finder.valley() : finder.steepest();
  found.chosen = found.suggestion.value_or(fallback_rate);
  if (!found.suggestion) {
    note("the learning-rate finder saw no falling loss; training with " +
         format_number(fallback_rate));
  }
  const double encoder = options_.encoder_weights == nullptr ? found.chosen : found.chosen / 10;
  phase().rates = {encoder, encoder, found.chosen};
  record_.finders.push_back(std::move(found));
}

// A device without memory for the batch gets half of it at once; the gradients are the same but for
// the statistics of batch norm.
double TrainingRun::step(const LabelledImages& samples, const Learner::Step& wanted) {
  for (;;) {
    Learner::Step step = wanted;
    step.batch = std::max(1, wanted.batch / at_.batch_divisor);
    try {
      return learner_->step(samples, step);
    } catch (const OutOfDeviceMemory&) {
      if (step.batch == 1) {
        throw Error(ErrorKind::device,
                    "the device's memory does not hold one sample of stage " +
                        std::to_string(at_.stage + 1) +
                        ": give a smaller crop (--set stages.N.crop=...) or train on the CPU");
      }
      at_.batch_divisor *= 2;
      note("the device's memory does not hold " + std::to_string(step.batch) +
           " samples: going on with half of them at once, twice as often");
    }
  }
}

void TrainingRun::record_step(double loss, const Learner::Step& step, std::int64_t all_steps) {
  at_.loss_sum += loss;
  at_.smooth_loss =
      at_.steps == 0 ? loss : loss_memory * at_.smooth_loss + (1 - loss_memory) * loss;
  if (at_.steps % std::max<std::int64_t>(1, all_steps / most_rate_records) == 0) {
    record_.rates.push_back({at_.steps, step.rates, step.momentum, at_.smooth_loss});
  }
  ++at_.step;
  ++at_.steps;
}

void TrainingRun::run_epoch(const Sampler& sampler) {
  const std::int64_t steps = sampler.steps_an_epoch();
  OneCycle cycle{.steps = phase().epochs * steps, .start_share = phase().start_share};
  BatchLoader loader(data_.training, sampled_, sampler, stage(), recipe_.context, at_.epochs_done,
                     at_.step);
  epoch_began_ = Clock::now();
  const std::int64_t first = at_.step;
  while (at_.step < steps) {
    progress_.check();
    const std::int64_t at = at_.epoch * steps + at_.step;
    const double factor = cycle.rate_factor(at) * std::pow(0.5, at_.recoveries);
    Learner::Step now{.momentum = cycle.momentum(at),
                      .batch = stage().batch,
                      .seed = hash(options_.seed, augmentation_stream, at_.epochs_done, at_.step)};
    std::transform(phase().rates->begin(), phase().rates->end(), now.rates.begin(),
                   [&](double rate) { return rate * factor; });
    const LabelledImages samples = loader.next();
    const double loss = step(samples, now);
    if (!std::isfinite(loss)) {
      recover();
      return;
    }
    record_step(loss, now, phase().epochs * steps * std::ssize(recipe_.stages));
    progress_.advance(samples.labels.numel());
    if (seconds_since(saved_) > 60 * options_.checkpoint_minutes) {
      save();
    }
  }
  finish_epoch(seconds_since(epoch_began_), steps - first);
}

void TrainingRun::finish_epoch(double seconds, std::int64_t steps_now) {
  const Stage& its_stage = stage();
  EpochRecord epoch{.epoch = at_.epochs_done + 1,
                    .stage = at_.stage,
                    .resolution = its_stage.resolution,
                    .frozen = at_.frozen,
                    .loss = at_.loss_sum / static_cast<double>(at_.step),
                    .iou_by_class = {},
                    .rate = phase().rates->back() * std::pow(0.5, at_.recoveries)};
  epoch.seconds = seconds;
  epoch.samples_per_second =
      static_cast<double>(steps_now * its_stage.batch * its_stage.accumulate) / seconds;
  const bool last_of_phase = at_.epoch + 1 == phase().epochs;
  if (in_last_phase() || last_of_phase) {
    validate(epoch);  // may be cancelled: nothing of the epoch has been noted yet
  }
  epoch.memory_bytes = peak_resident_bytes();
  record_.epochs.push_back(epoch);
  ++at_.epoch;
  ++at_.epochs_done;
  at_.step = 0;
  at_.loss_sum = 0;
  const bool give_up =
      in_last_phase() && recipe_.patience > 0 && at_.epochs_without_better >= recipe_.patience;
  record_.stopped_early = give_up && !last_of_phase;
  if (last_of_phase || give_up) {
    next_phase();
  }
  record_.seconds = TrainingRun::seconds();
  record_.seconds_left = seconds_left();
  save();
  observer_.epoch_done(record_);
}

void TrainingRun::validate(EpochRecord& epoch) {
  const Scores scores = scores_of(validator_->quick_score(learner_->stored(), progress_));
  for (const ClassScores& of_class : scores.by_class) {
    epoch.iou_by_class.push_back(of_class.iou);
  }
  epoch.mean_foreground_iou =
      std::isnan(scores.mean_foreground_iou) ? 0 : scores.mean_foreground_iou;
  epoch.best = epoch.mean_foreground_iou > at_.best_iou;
  if (!epoch.best) {
    ++at_.epochs_without_better;
    return;
  }
  at_.best_iou = epoch.mean_foreground_iou;
  at_.epochs_without_better = 0;
  record_.best_epoch = epoch.epoch;
  best_.clear();
  for (const auto& [name, tensor] : state_dict(learner_->stored())) {
    best_.push_back({"best." + name, tensor.detach().to(at::kCPU).clone()});
  }
}

void TrainingRun::recover() {
  const int recoveries = at_.recoveries + 1;
  if (options_.checkpoint.empty() || !std::filesystem::exists(options_.checkpoint) ||
      recoveries > most_recoveries) {
    throw Error(
        ErrorKind::device,
        "training diverged: the loss is no finite number in epoch " +
            std::to_string(at_.epochs_done + 1) +
            (recoveries > most_recoveries ? ", again after the rate was halved three times" : "") +
            ": give a smaller --lr, or look for damaged intensities in the scan");
  }
  note("the loss is no finite number in epoch " + std::to_string(at_.epochs_done + 1) +
       ": back to the last checkpoint, with half the learning rate");
  restore(read_checkpoint(options_.checkpoint));
  at_.recoveries = recoveries;
}

void TrainingRun::restore(const Checkpoint& checkpoint) {
  try {
    restore_position(checkpoint);
  } catch (const Json::exception&) {
    throw format_error(checkpoint.file.path, "is a damaged checkpoint");
  }
}

void TrainingRun::restore_position(const Checkpoint& checkpoint) {
  const Json& position = checkpoint.position;
  if (position.at("fingerprint") != fingerprint_) {
    throw format_error(checkpoint.file.path,
                       "is a checkpoint of other data, labels or options; it can go on only with "
                       "those it began with");
  }
  const int planned_epochs = record_.planned_epochs;
  std::vector<std::string> notices = std::move(record_.notices);
  at_ = position_from_json(position.at("at"));
  record_ = record_from_progress_json(position.at("record"));
  record_.planned_epochs = planned_epochs;
  if (notices.size() > record_.notices.size()) {
    record_.notices = std::move(notices);
  }
  recipe_ = recipe_from_json(position.at("recipe"));
  check(recipe_);
  if (recipe_.stages.size() != planned_.size() || at_.stage > std::ssize(recipe_.stages) ||
      (at_.stage < std::ssize(recipe_.stages) && at_.epoch > phase().epochs) ||
      at_.epochs_done != std::ssize(record_.epochs)) {
    throw format_error(checkpoint.file.path,
                       "is a damaged checkpoint: its epochs are none of its recipe");
  }
  learner_->restore(checkpoint.file, position.at("learner"));
  best_.clear();
  for (const NamedTensor& tensor : checkpoint.file.tensors) {
    if (tensor.name.starts_with("best.")) {
      best_.push_back({tensor.name, tensor.tensor.clone()});
    }
  }
}

void TrainingRun::save(std::string_view else_what) {
  saved_ = Clock::now();
  if (options_.checkpoint.empty()) {
    return;
  }
  std::vector<NamedTensor> tensors = learner_->state();
  tensors.insert(tensors.end(), best_.begin(), best_.end());
  record_.seconds = seconds();
  const Json position = {{"fingerprint", fingerprint_},
                         {"threads", at::get_num_threads()},
                         {"at", to_json(at_)},
                         {"recipe", to_json(recipe_)},
                         {"learner", learner_->numbers()},
                         {"record", progress_json(record_)}};
  try {
    write_checkpoint(options_.checkpoint, tensors, position, options_.command);
  } catch (const Error& error) {
    progress_.warning("the checkpoint could not be written, " + std::string(else_what) + ": " +
                      error.what());
  }
}

}  // namespace fossilct
