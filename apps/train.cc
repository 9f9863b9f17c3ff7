// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/command_line.h"
#include "apps/cli/output_check.h"
#include "apps/cli/starter.h"
#include "apps/scans/scan_report.h"
#include "apps/training/train_files.h"
#include "apps/training/train_observer.h"
#include "apps/training/train_options.h"
#include "apps/training/train_report.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/text.h"
#include "networks/device.h"
#include "segment/model_file.h"
#include "segment/similarity.h"
#include "train/checkpoint.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr const char* not_the_paper =
    "from scratch, without the encoder's weights from ImageNet and without frozen stages: this is "
    "not the paper's method";

// Options that may be given beside --resume: none of them changes what is learned.
bool may_change(const std::string& option) {
  for (const char* name : {"resume", "threads", "json", "quiet", "verbose", "overwrite",
                           "keep-checkpoint", "checkpoint-minutes", "cache-gib"}) {
    if (option == name) {
      return true;
    }
  }
  return false;
}

// Those that are in `options`: not the options of every command.
std::vector<GivenOption> own_options(const std::vector<GivenOption>& given,
                                     const OptionSet& options) {
  std::vector<GivenOption> own;
  std::copy_if(given.begin(), given.end(), std::back_inserter(own),
               [&](const GivenOption& option) { return options.find(option.name) != nullptr; });
  return own;
}

// The settings of the training that is gone on with, with those given now.
Resumed resume(const CommandContext& context, TrainSettings& settings) {
  const fs::path checkpoint = fs::absolute(settings.resume).lexically_normal();
  for (const GivenOption& option : context.given) {
    if (!may_change(option.name)) {
      throw option_error("--" + option.name,
                         "can't be changed when training goes on (--resume): what it was is in "
                         "the checkpoint; leave it out");
    }
  }
  Resumed resumed = resumed_from(checkpoint);
  settings = {};
  OptionSet options;
  declare_train_options(options, settings);
  if (own_options(resumed.given, options).size() != resumed.given.size()) {
    throw format_error(checkpoint,
                       "was written by another version of fossilct, which knows other options; go "
                       "on with that one");
  }
  resumed.given = options.assign(own_options(context.given, options), resumed.given);
  const bool threads_given =
      std::any_of(context.given.begin(), context.given.end(),
                  [](const GivenOption& option) { return option.name == "threads"; });
  resumed.threads = threads_given ? context.common.threads : resumed.threads;
  settings.resume = checkpoint;
  std::error_code gone;
  const fs::path here = fs::current_path();
  fs::current_path(resumed.folder, gone);
  if (here != resumed.folder && !gone) {
    settings.output = fs::absolute(settings.output);  // messages name it for who is elsewhere
  }
  if (gone) {
    context.progress.warning("the folder " + resumed.folder.string() +
                             ", in which the training began, is not there; files are looked for "
                             "from here");
  }
  return resumed;
}

Resumed begin(const CommandContext& context) {
  TrainSettings unused;
  OptionSet options;
  declare_train_options(options, unused);
  Resumed begun;
  begun.given = own_options(context.given, options);
  begun.threads = context.common.threads;
  return begun;
}

// Where a model is given to go on from.
std::shared_ptr<Network> network_to_go_on(const TrainSettings& settings, const TrainingData& data) {
  if (settings.from_model.empty()) {
    return nullptr;
  }
  Model model = read_model(settings.from_model);
  if (model.record.classes.size() != data.classes.size()) {
    throw option_error("--from-model",
                       settings.from_model.string() + " tells " +
                           std::to_string(model.record.classes.size()) +
                           " classes apart, background among them, the labels have " +
                           std::to_string(data.classes.size()) +
                           "; give labels of as many classes, or train without it");
  }
  return model.network;
}

std::optional<WeightFile> encoder_weights(const TrainSettings& settings, const Recipe& recipe) {
  if (settings.encoder_weights.empty()) {
    return std::nullopt;
  }
  WeightFile file = read_weight_file(settings.encoder_weights);
  const auto encoder = encoder_of(file);
  if (!encoder || *encoder != recipe.encoder) {
    throw option_error("--encoder-weights",
                       settings.encoder_weights.string() + " holds the weights of " +
                           (encoder ? *encoder : std::string("no encoder that is known")) +
                           ", the recipe's encoder is " + recipe.encoder +
                           (encoder ? "; --set encoder=" + *encoder + " would take it" : ""));
  }
  return file;
}

void remove_checkpoints(const TrainOutputs& outputs) {
  std::error_code ignored;
  fs::remove(outputs.checkpoint, ignored);
  fs::remove(previous_checkpoint(outputs.checkpoint), ignored);
}

ModelRecord model_record(const TrainingOutcome& outcome, const TrainingData& data,
                         Progress& progress) {
  ModelRecord record;
  record.network = outcome.network->spec();
  record.classes = data.classes;
  record.normalisation = outcome.recipe.normalisation;
  record.context = outcome.recipe.context;
  record.repeat_grey = outcome.recipe.repeat_grey;
  record.axes = outcome.recipe.axes;
  const Grid& grid = data.training.front().scan->grid();
  record.spacing_um = grid.spacing_known ? std::optional(grid.spacing_um) : std::nullopt;
  for (const LabelledScan& scan : data.training) {
    SliceRecipe recipe = slice_recipe(record, scan.scale);
    const IntensityScale rock = intensity_scale(*scan.scan, progress);
    recipe.air_below = air_level(rock, scan.scale);
    record.scans.push_back(
        {scan.name, std::string(name_of(scan.scan->type())), scan.scale,
         histogram_of_rock(*scan.scan, rock, progress),
         first_layer_statistics(*outcome.network, *scan.scan, recipe, progress)});
  }
  return record;
}

Json scores_json(const TrainingRecord& record) {
  Json json = {{"best_epoch", record.best_epoch},
               {"epochs", record.epochs.size()},
               {"stopped_early", record.stopped_early},
               {"seconds", record.seconds},
               {"notices", record.notices}};
  if (record.validation) {
    json["validation"] = to_json(*record.validation);
  }
  if (record.test) {
    json["test"] = to_json(*record.test);
  }
  return json;
}

std::string scan_text(const LabelledScan& scan) {
  const Grid& grid = scan.scan->grid();
  return scan.name + ", " + size_text(grid.size) + " voxels" +
         (grid.spacing_known ? " of " + spacing_text(grid) : ", voxel size not known");
}

TrainingReportInput report_input(const TrainOutputs& outputs, const TrainingData& data,
                                 const TrainingOutcome& outcome, const Json& training) {
  TrainingReportInput input;
  input.title = "Training of " + outputs.model.filename().string();
  input.model_file = outputs.model.filename().string();
  const auto add = [&](const std::string& what, const std::vector<LabelledScan>& scans) {
    for (const LabelledScan& scan : scans) {
      input.data.emplace_back(what, scan_text(scan));
    }
  };
  add("trained on", data.training);
  add("validated on", data.validation);
  add("tested on", data.test);
  input.classes = data.classes;
  input.recipe = to_json(outcome.recipe);
  input.provenance = training.at("provenance");
  input.record = outcome.record;
  return input;
}

std::string four_digits(double share) {
  return std::isnan(share) ? "-" : format_rounded(std::round(share * 1e4) / 1e4);
}

std::string evaluation_text(const EvaluationRecord& evaluation,
                            const std::vector<LabelClass>& classes) {
  std::vector<std::vector<std::string>> rows = {
      {"", "IoU", "Dice", "precision", "recall", "boundary Dice"}};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const ClassScores& s = evaluation.scores.by_class[k];
    rows.push_back({classes[k].name, four_digits(s.iou), four_digits(s.dice),
                    four_digits(s.precision), four_digits(s.recall),
                    k < evaluation.boundary_dice.size() ? four_digits(evaluation.boundary_dice[k])
                                                        : std::string()});
  }
  return evaluation.what + ", " + counted(evaluation.slices, "slice") +
         ": mean IoU of the foreground " + four_digits(evaluation.scores.mean_foreground_iou) +
         ", foreground recall " + four_digits(evaluation.scores.foreground_recall) + "\n" +
         columns_text(rows);
}

class TrainCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "train --scan SCAN --labels LABELS --output MODEL.safetensors [options]",
        {"Trains a network on slices of labelled scans: first at a quarter and a half of the "
         "resolution, then at the full one. Scans and labels are anything that `fossilct import` "
         "reads; labels may be masks of a few slices (a folder of images with the numbers of the "
         "scan's slices), the others then count as not looked at.",
         "The end of each scan is kept back to choose the best epoch; --test-scan is scored once, "
         "at the end, and decides nothing. A checkpoint is written after each epoch and every few "
         "minutes: after Ctrl-C or a power cut `fossilct train --resume MODEL.checkpoint` goes "
         "on."},
        {{"fossilct train --scan core.h5 --labels truth.h5 --output fossils.safetensors",
          "One scan, the default recipe."},
         {"fossilct train --scan slices/ --labels masks/ --spacing-um 0.71 --recipe quick -o "
          "m.safetensors",
          "A folder of slices and masks for some of them."},
         {"fossilct train --scan a.h5 --labels gt.h5 --test-scan b.h5 --test-labels b_gt.h5 "
          "-o m.safetensors",
          "With a scan for the score. --scan and --labels may be given for several scans."},
         {"fossilct train --from-model starter --scan core.h5 --labels truth.h5 -o m.safetensors",
          "A model that was trained on something else learns this rock, in minutes."},
         {"fossilct train --resume m.checkpoint", "Goes on with an interrupted training."},
         {"fossilct train --recipe quick --print-recipe > mine.json",
          "A recipe to change and give as --recipe mine.json."}}};
  }

  void declare(OptionSet& options) override { declare_train_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    const bool goes_on = !settings_.resume.empty();
    Resumed begun = goes_on ? resume(context, settings_) : begin(context);
    settings_.from_model = model_path(settings_.from_model, StarterModel::segmentation);
    if (settings_.print_recipe) {
      const Json json = to_json(effective_recipe(settings_));
      return {json, json_text(json, 2) + "\n", false};
    }
    finish(settings_, begun.threads);
    use_threads(begun.threads);
    settings_.training.device = device_from_name("--device", settings_.device);
    const TrainOutputs outputs = outputs_of(settings_.output);
    require_outputs(outputs, settings_);
    const FileLock lock(outputs.checkpoint.string() + ".lock",
                        "training of " + outputs.model.string());
    const auto weights = encoder_weights(settings_, settings_.training.recipe);
    TrainingData data = open(context, outputs);
    begun.files = input_files(data, settings_, begun.files, context.progress);
    begun.folder = fs::current_path();
    if (!goes_on) {
      remove_checkpoints(outputs);
    }
    settings_.training.command = to_json(begun);
    settings_.training.checkpoint = outputs.checkpoint;
    settings_.training.encoder_weights = weights ? &*weights : nullptr;
    settings_.training.network = goes_on ? nullptr : network_to_go_on(settings_, data);
    tell_recipe(context);
    std::vector<std::string> notices = notices_of_leaks(data, begun.files);
    if (is_paper_from_scratch()) {
      notices.emplace_back(not_the_paper);
    }
    for (const std::string& notice : notices) {
      context.progress.warning(notice);
    }
    TrainingOutcome outcome = train_or_tell_how_to_go_on(context, data, outputs);
    outcome.record.notices.insert(outcome.record.notices.end(), notices.begin(), notices.end());
    CommandResult written = write(context, data, outputs, outcome, begun.files);
    require_test_score(outcome.record, outputs);
    return written;
  }

 private:
  TrainingData open(const CommandContext& context, const TrainOutputs& outputs) const {
    const Recipe& recipe = settings_.training.recipe;
    TrainingData data = open_training_data(settings_.inputs, context.progress);
    require_neighbours(data, recipe.axes, recipe.context);
    for_each_scan(data, [&](LabelledScan& scan) {
      require_outputs_apart(outputs, scan.scan->description().files);
      require_outputs_apart(outputs, scan.labels->description().files);
      scan.scale = scale_for(recipe.normalisation, *scan.scan, context.progress);
    });
    require_outputs_apart(outputs,
                          {settings_.encoder_weights, settings_.from_model, settings_.recipe});
    return data;
  }

  bool is_paper_from_scratch() const {
    return settings_.training.recipe.name == "paper" && settings_.from_scratch;
  }

  void tell_recipe(const CommandContext& context) const {
    const Recipe& recipe = settings_.training.recipe;
    for (const std::string& line :
         split(trim(recipe_text(recipe, !settings_.encoder_weights.empty())), '\n')) {
      context.progress.notice(line);
    }
  }

  // The model is there; what else was asked for is not.
  static void require_test_score(const TrainingRecord& record, const TrainOutputs& outputs) {
    if (!record.test_failure.empty()) {
      throw Error(ErrorKind::file, outputs.model.string() +
                                       " is written, but the test scan could not be scored: " +
                                       record.test_failure + "; when that is mended, `" +
                                       shell_quoted({"fossilct", "train", "--resume",
                                                     outputs.checkpoint.string(), "--overwrite"}) +
                                       "` scores it");
    }
  }

  TrainingOutcome train_or_tell_how_to_go_on(const CommandContext& context, TrainingData& data,
                                             const TrainOutputs& outputs) const {
    TrainObserver observer(data.classes, !settings_.training.device.is_cpu(), outputs.table,
                           context.progress);
    const auto from =
        settings_.resume.empty() ? std::nullopt : std::optional<fs::path>(settings_.resume);
    try {
      return train(data, settings_.training, from, observer, context.progress);
    } catch (const Cancelled&) {
      if (!fs::exists(outputs.checkpoint)) {
        throw;
      }
      throw Interrupted(
          "interrupted; what was learned is kept: `" +
          shell_quoted({"fossilct", "train", "--resume", outputs.checkpoint.string()}) +
          "` goes on");
    }
  }

  CommandResult write(const CommandContext& context, const TrainingData& data,
                      const TrainOutputs& outputs, const TrainingOutcome& outcome,
                      const std::vector<InputFile>& files) const {
    ModelRecord record = model_record(outcome, data, context.progress);
    record.training = {
        {"recipe", to_json(outcome.recipe)},
        {"seed", settings_.training.seed},
        {"scores", scores_json(outcome.record)},
        {"provenance", provenance_json(context, sources_json(data, settings_, files))}};
    write_model(outputs.model, record, *outcome.network);
    write_file_atomically(outputs.table, training_csv(outcome.record, data.classes));
    write_file_atomically(outputs.report,
                          training_report(report_input(outputs, data, outcome, record.training)));
    if (!settings_.keep_checkpoint && outcome.record.test_failure.empty()) {
      remove_checkpoints(outputs);
    }
    return result(data, outputs, outcome, record.training);
  }

  CommandResult result(const TrainingData& data, const TrainOutputs& outputs,
                       const TrainingOutcome& outcome, const Json& training) const {
    const TrainingRecord& record = outcome.record;
    Facts facts = {{"written", outputs.model.string() + "\n" + outputs.report.string() + "\n" +
                                   outputs.table.string()},
                   {"best epoch", std::to_string(record.best_epoch) + " of " +
                                      std::to_string(record.epochs.size())},
                   {"took", format_duration(record.seconds)}};
    std::string text = facts_text(facts);
    for (const auto* evaluation : {&record.validation, &record.test}) {
      if (*evaluation) {
        text += "\n" + evaluation_text(**evaluation, data.classes);
      }
    }
    Json json = {{"output", outputs.model.string()},
                 {"report", outputs.report.string()},
                 {"table", outputs.table.string()}};
    json.update(training);
    return {json, text, true};
  }

  TrainSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace fossilct
