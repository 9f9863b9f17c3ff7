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
#include "apps/taxa/taxon_evaluation.h"
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
  std::string how;       // "5 parts, each held back in turn"
  std::string sentence;  // who judged whom
  SpecimenFolds folds;
  std::optional<CrossValidation> crossed;
  std::vector<std::optional<TaxonAnswer>> answers = {};  // of the set's specimens
  TaxonEvaluation evaluation = {};
};

std::string accuracy_text(const Test& test) {
  std::string text = accuracy_text(test.evaluation.scores);
  if (test.crossed) {
    text += "; mean of folds " + percent_text(test.crossed->mean) + ", deviation " +
            percent_text(test.crossed->deviation);
  }
  return text;
}

// In short, as the model's record has it; all figures are in the command's JSON.
Json test_json(const Test& test) {
  const TaxonScores& scores = test.evaluation.scores;
  Json json = {{"how", test.how},
               {"specimens", scores.specimens},
               {"accuracy", scores.figures.accuracy},
               {"interval_95", {scores.low.accuracy, scores.high.accuracy}},
               {"calibration_error", scores.figures.calibration_error}};
  if (test.crossed) {
    json["folds"] = test.crossed->fold_shares;
    json["mean"] = test.crossed->mean;
    json["deviation"] = test.crossed->deviation;
    json["by_sample"] = test.folds.by_sample;
  }
  return json;
}

void require_two_taxa(const ImageSet& set) {
  const std::vector<std::int64_t> counts = specimens_per_taxon(set);
  const auto has_some = [](std::int64_t count) { return count > 0; };
  if (std::ranges::count_if(counts, has_some) >= 2) {
    return;
  }
  const auto only = std::ranges::find_if(counts, has_some);
  throw Error(ErrorKind::format,
              only == counts.end()
                  ? "no specimen's taxon is known: expected a folder for each taxon, a table with "
                    "a column class, file names that --taxon-pattern reads, or a catalogue whose "
                    "fossils a person named (fossilct review --taxon)"
                  : "every specimen whose taxon is known is of '" +
                        printable(set.taxa[static_cast<std::size_t>(only - counts.begin())]) +
                        "': expected two taxa at least. A photograph's taxon is the folder it is "
                        "in, unless --taxon-pattern or a table tells it");
}

void check_training_set(const ImageSet& set, const ImageSetOptions& options) {
  require_two_taxa(set);
  if (options.with_measurements && set.measurements.empty()) {
    throw option_error("--with-measurements",
                       "photographs have no measurements, only fossils of a catalogue have: leave "
                       "it out");
  }
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
      return {to_json(recipe), json_text(to_json(recipe), 2) + "\n", false};
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
                                 .seed = settings_.machine.seed,
                                 .device = settings_.machine.inference().device,
                                 .precision = settings_.machine.precision,
                                 .weights = weights ? &*weights : nullptr};
    const ImageSet set = read_image_set(settings_.images, context);
    check_training_set(set, settings_.images);
    if (!settings_.grid.empty()) {
      return compared(set, options, context);
    }
    return trained(set, options, context);
  }

 private:
  fs::path beside_model(const char* ending) const {
    fs::path path = settings_.output;
    return path.replace_extension(ending);
  }
  fs::path table() const { return beside_model(".specimens.csv"); }
  fs::path report() const {
    return settings_.report.empty() ? beside_model(".report.html") : settings_.report;
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
    for (const auto& [option, path] :
         {std::pair{"--output", settings_.output}, std::pair{"--output", table()},
          std::pair{"--report", report()}}) {
      require_apart(option, path, AtomicKind::file, read);
      require_output(path, AtomicKind::file,
                     settings_.overwrite ? IfExists::replace : IfExists::refuse);
      read.push_back(path);
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
    test.evaluation =
        evaluate_answers({set, model.taxa, test.answers}, {.threads = context.common.threads});
    model.training = record_of(set, options.recipe, training, test, context);
    write_taxon_model(settings_.output, model);
    write_file_atomically(table(),
                          answers_csv(set, model.taxa, test.answers, default_taxon_threshold));
    write_file_atomically(report(), page_of(set, options.recipe, test));
    Json test_details = test_json(test);
    test_details["scores"] = to_json(test.evaluation);
    return {{{"model", settings_.output.string()},
             {"table", table().string()},
             {"report", report().string()},
             {"taxa", model.taxa},
             {"test", std::move(test_details)}},
            taxon_recipe_text(options.recipe) +
                facts_text({{"tested", test.how},
                            {"accuracy", accuracy_text(test)},
                            {"calibration error",
                             format_rounded(test.evaluation.scores.figures.calibration_error)}}) +
                taxon_shares_text(test.evaluation) +
                facts_text({{"model", settings_.output.string()},
                            {"table", table().string()},
                            {"report", report().string()}})};
  }

  TaxonTraining by_folds(const ImageSet& set, const TaxonTrainingOptions& options,
                         TerminalProgress& progress, Test& test) const {
    CrossValidation& result =
        test.crossed.emplace(cross_validate(set, settings_.folds, options, progress, [&](int fold) {
          progress.notice("part " + std::to_string(fold + 1) + " of " +
                          std::to_string(settings_.folds) + " is tested");
        }));
    test.folds = result.folds;
    report_notes(test.folds, progress);
    test.how = std::to_string(settings_.folds) + " parts, each held back in turn" +
               (test.folds.by_sample ? ", by sample" : "");
    test.sentence = "Each specimen was judged by a model that was trained without it" +
                    std::string(test.folds.by_sample ? " and without others of its sample" : "") +
                    " (" + std::to_string(settings_.folds) +
                    " parts, each held back in turn). The model beside this page was trained in "
                    "the same way, on all of them.";
    test.answers = result.answers;
    TaxonTraining training = train_taxa(set, nullptr, options, progress);
    calibrate(result.validated, training.model);
    return training;
  }

  TaxonTraining by_holding_back(const ImageSet& set, const TaxonTrainingOptions& options,
                                TerminalProgress& progress, Test& test) const {
    const int parts = static_cast<int>(std::lround(1 / settings_.validation_share));
    test.folds = specimen_folds(set, parts, options.seed);
    report_notes(test.folds, progress);
    const std::vector<std::size_t> held_back = specimens_inside(test.folds, 0);
    const ImageSet validation = part_of(set, held_back);
    TaxonTraining training =
        train_taxa(part_of(set, specimens_outside(test.folds, 0)), &validation, options, progress);
    TaxonPredictor predictor(training.model, {.inference = {.device = options.device}});
    const std::vector<TaxonAnswer> answers = predictor.predict(validation, progress);
    test.answers.resize(set.specimens.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      test.answers[held_back[i]] = answers[i];
    }
    test.how =
        percent_text(1.0 / parts) + " of the specimens held back, which the model is calibrated by";
    test.sentence = "The model was trained without these specimens (" + percent_text(1.0 / parts) +
                    " of all)" +
                    (test.folds.by_sample ? " and without others of their samples" : "") +
                    "; its scores were calibrated by them, so that the calibration error is a "
                    "little too low.";
    return training;
  }

  std::string page_of(const ImageSet& set, const TaxonRecipe& recipe, Test& test) const {
    TaxonReport& page = test.evaluation.report;
    page.title = "Test of " + settings_.output.filename().string();
    page.judged_how = test.sentence;
    page.notices.insert(page.notices.begin(), test.folds.notes.begin(), test.folds.notes.end());
    if (test.crossed) {
      page.fold_accuracies = test.crossed->fold_shares;
    }
    page.facts = {{"model", settings_.output.string()}};
    for (const fs::path& input : settings_.images.inputs) {
      page.facts.emplace_back("pictures", input.string());
    }
    page.facts.emplace_back("specimens, pictures", format_count(std::ssize(set.specimens)) + ", " +
                                                       format_count(std::ssize(set.images)));
    page.recipe = to_json(recipe);
    return taxon_report(page, test.evaluation.scores);
  }

  static void report_notes(const SpecimenFolds& folds, TerminalProgress& progress) {
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
    return {{"recipe", to_json(recipe)},       {"seed", settings_.machine.seed},
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
