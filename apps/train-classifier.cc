// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_training.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/taxa/classifier_options.h"
#include "apps/taxa/recipe_grid.h"
#include "apps/taxa/taxon_tables.h"
#include "base/error.h"
#include "base/text.h"
#include "classify/cross_validation.h"
#include "networks/device.h"
#include "networks/training_kernels.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// What the specimens that were held back say of a model.
struct Test {
  std::string how;  // "5 folds", "20% held back"
  Share accuracy;
  std::int64_t right = 0;
  std::int64_t tested = 0;
  std::optional<CrossValidation> folds;
  double calibration_error = 0;
  std::vector<std::optional<TaxonAnswer>> answers;  // of the set's specimens
};

std::string percent(double share) { return format_rounded(std::round(1000 * share) / 10) + "%"; }

std::string accuracy_text(const Test& test) {
  std::string text = std::to_string(test.right) + " of " + counted(test.tested, "specimen") +
                     " right, " + percent(test.accuracy.value) + " (95% interval " +
                     percent(test.accuracy.low) + " to " + percent(test.accuracy.high) + ")";
  if (test.folds) {
    text += "; mean of folds " + percent(test.folds->mean) + ", deviation " +
            percent(test.folds->deviation);
  }
  return text;
}

Json test_json(const Test& test) {
  Json json = {{"how", test.how},
               {"specimens", test.tested},
               {"right", test.right},
               {"accuracy", test.accuracy.value},
               {"interval_95", {test.accuracy.low, test.accuracy.high}},
               {"calibration_error", test.calibration_error}};
  if (test.folds) {
    json["folds"] = test.folds->fold_shares;
    json["mean"] = test.folds->mean;
    json["deviation"] = test.folds->deviation;
    json["by_sample"] = test.folds->folds.by_sample;
  }
  return json;
}

class TrainClassifierCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "train-classifier PICTURES ... --output MODEL.safetensors [options]",
        {"Trains a network to tell what pictures of specimens show: photographs, in a folder a "
         "taxon or named in a table, or the views of fossils that a person gave a taxon to. "
         "`fossilct classify` then uses it.",
         "What a model is tested on it has not seen: specimens are held back with all of their "
         "pictures, and all specimens of a sample where samples are known. --folds N holds each "
         "part back in turn, which says most where specimens are few."},
        {{"fossilct train-classifier photos/ -o taxa.safetensors --folds 5",
          "A folder for each taxon; five models are tested, a sixth learns from all."},
         {"fossilct train-classifier core17.fossils/ -o taxa.safetensors --with-measurements",
          "Named fossils of a catalogue, by their views and what was measured."},
         {"fossilct train-classifier photos/ -o taxa.safetensors --recipe transfer --weights "
          "net.pth",
          "A network that knows photographs tells the taxa by its vectors (with --channels 3 and "
          "--size 224, as ResNet50 was trained)."}}};
  }

  void declare(OptionSet& options) override { declare_classifier_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    const TaxonRecipe recipe = effective_taxon_recipe(settings_);
    if (settings_.print_recipe) {
      return {to_json(recipe), to_json(recipe).dump(2) + "\n", false};
    }
    if (settings_.grid.empty() == settings_.output.empty()) {
      throw Error(ErrorKind::option, settings_.output.empty()
                                         ? "--output is missing: the model to write"
                                         : "--output excludes --grid, which trains no model");
    }
    use_threads(context.common.threads);
    keep_freed_memory();
    require_outputs();
    const std::optional<WeightFile> weights = read_weights();
    TaxonTrainingOptions options{.recipe = recipe,
                                 .seed = settings_.seed,
                                 .device = device_from_name("--device", settings_.device),
                                 .precision = settings_.precision,
                                 .weights = weights ? &*weights : nullptr};
    const ImageSet set = read_image_set(settings_.images, context);
    if (!settings_.grid.empty()) {
      return compared(set, options, context);
    }
    return trained(set, options, context);
  }

 private:
  fs::path table() const {
    fs::path path = settings_.output;
    return path.replace_extension(".specimens.csv");
  }

  void require_outputs() const {
    if (settings_.output.empty()) {
      return;
    }
    if (lower(settings_.output.extension().string()) != ".safetensors") {
      throw option_error("--output",
                         settings_.output.string() + ": expected a name that ends in .safetensors");
    }
    std::vector<fs::path> read = settings_.images.inputs;
    read.push_back(settings_.weights);
    for (const fs::path& path : {settings_.output, table()}) {
      require_apart("--output", path, AtomicKind::file, read);
      require_output(path, AtomicKind::file,
                     settings_.overwrite ? IfExists::replace : IfExists::refuse);
    }
  }

  std::optional<WeightFile> read_weights() const {
    return settings_.weights.empty() ? std::nullopt
                                     : std::optional(read_weight_file(settings_.weights));
  }

  CommandResult compared(const ImageSet& set, const TaxonTrainingOptions& options,
                         const CommandContext& context) const {
    const std::vector<GridRow> rows = compare_recipes(
        read_recipe_grid(settings_.grid, options.recipe), set,
        settings_.folds == 0 ? default_grid_folds : settings_.folds, options, context.progress);
    return {grid_json(rows), grid_text(rows), false};
  }

  CommandResult trained(const ImageSet& set, const TaxonTrainingOptions& options,
                        const CommandContext& context) const {
    Test test;
    TaxonTraining training = settings_.folds > 0
                                 ? by_folds(set, options, context.progress, test)
                                 : by_holding_back(set, options, context.progress, test);
    if (training.loaded) {
      context.progress.notice(summary(*training.loaded));
    }
    TaxonModel& model = training.model;
    model.training = record_of(set, options.recipe, training, test, context);
    write_taxon_model(settings_.output, model);
    write_file_atomically(table(),
                          answers_csv(set, model.taxa, test.answers, default_taxon_threshold));
    return {{{"model", settings_.output.string()},
             {"table", table().string()},
             {"taxa", model.taxa},
             {"test", test_json(test)}},
            taxon_recipe_text(options.recipe) +
                facts_text({{"tested", test.how},
                            {"accuracy", accuracy_text(test)},
                            {"calibration error", format_rounded(test.calibration_error)}}) +
                taxon_shares_text(set, test.answers) +
                facts_text({{"model", settings_.output.string()}, {"table", table().string()}})};
  }

  TaxonTraining by_folds(const ImageSet& set, const TaxonTrainingOptions& options,
                         TerminalProgress& progress, Test& test) const {
    CrossValidation& result = test.folds.emplace(
        cross_validate(set, settings_.folds, options, progress, [&](int fold, double share) {
          progress.notice("part " + std::to_string(fold + 1) + " of " +
                          std::to_string(settings_.folds) + ": " + percent(share) + " right");
        }));
    report(result.folds, progress);
    test.how = std::to_string(settings_.folds) + " parts, each held back in turn" +
               (result.folds.by_sample ? ", by sample" : "");
    test.accuracy = result.accuracy;
    test.right = result.right;
    test.tested = result.tested;
    test.calibration_error = result.calibration_error;
    test.answers = result.answers;
    TaxonTraining training = train_taxa(set, nullptr, options, progress);
    calibrate(result.validated, training.model);
    return training;
  }

  TaxonTraining by_holding_back(const ImageSet& set, const TaxonTrainingOptions& options,
                                TerminalProgress& progress, Test& test) const {
    const int parts = static_cast<int>(std::lround(1 / settings_.validation_share));
    const SpecimenFolds folds = specimen_folds(set, parts, options.seed);
    report(folds, progress);
    const std::vector<std::size_t> held_back = specimens_inside(folds, 0);
    const ImageSet validation = part_of(set, held_back);
    TaxonTraining training =
        train_taxa(part_of(set, specimens_outside(folds, 0)), &validation, options, progress);
    TaxonPredictor predictor(training.model, {.inference = {.device = options.device}});
    const std::vector<TaxonAnswer> answers = predictor.predict(validation, progress);
    test.answers.resize(set.specimens.size());
    std::vector<std::vector<double>> scores;
    std::vector<int> taxa;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      test.answers[held_back[i]] = answers[i];
      scores.push_back(answers[i].scores);
      taxa.push_back(*validation.specimens[i].taxon);
      test.right += std::cmp_equal(ranked(answers[i], 1).front().taxon, taxa.back()) ? 1 : 0;
    }
    test.tested = std::ssize(answers);
    test.accuracy = share_of(test.right, test.tested);
    test.calibration_error = expected_calibration_error(scores, taxa);
    test.how =
        percent(1.0 / parts) + " of the specimens held back, which the model is calibrated by";
    return training;
  }

  static void report(const SpecimenFolds& folds, TerminalProgress& progress) {
    for (const std::string& note : folds.notes) {
      progress.warning(note);
    }
  }

  Json record_of(const ImageSet& set, const TaxonRecipe& recipe, const TaxonTraining& training,
                 const Test& test, const CommandContext& context) const {
    Json losses = Json::array();
    for (const TaxonEpoch& epoch : training.epochs) {
      losses.push_back(epoch.training_loss);
    }
    Json sources = Json::array();
    for (const fs::path& input : settings_.images.inputs) {
      sources.push_back({{"path", fs::absolute(input).lexically_normal().string()}});
    }
    return {{"recipe", to_json(recipe)},       {"seed", settings_.seed},
            {"views", settings_.images.views}, {"specimens", specimens_per_taxon(set)},
            {"pictures", set.images.size()},   {"losses", std::move(losses)},
            {"test", test_json(test)},         {"provenance", provenance_json(context, sources)}};
  }

  ClassifierSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_train_classifier_command() {
  return std::make_unique<TrainClassifierCommand>();
}

}  // namespace fossilct
