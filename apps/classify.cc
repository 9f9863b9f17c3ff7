// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/cli/starter.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/taxa/explanation_files.h"
#include "apps/taxa/image_sets.h"
#include "apps/taxa/machine_options.h"
#include "apps/taxa/taxon_evaluation.h"
#include "apps/taxa/taxon_tables.h"
#include "base/error.h"
#include "base/text.h"
#include "classify/taxon_predictor.h"
#include "networks/device.h"
#include "specimens/catalogue.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_stored = 3;  // taxa of a fossil, with their scores

struct ClassifySettings {
  ImageSetOptions images;
  fs::path model;
  fs::path output;
  fs::path evaluation;
  fs::path explanations;
  ExplanationOptions explain;
  bool overwrite = false;
  double threshold = default_taxon_threshold;
  int dropout_passes = 0;
  MachineOptions machine;
};

std::vector<int> parse_layers(const std::string& text) {
  std::vector<int> layers;
  for (const std::string& part : split(text, ',')) {
    const auto number = parse_integer(trim(part));
    if (!number || *number < 1 || *number > 10'000) {
      throw option_error("--layers", "'" + printable(text) +
                                         "': expected numbers of convolutions from 1, as in 1,4");
    }
    layers.push_back(static_cast<int>(*number));
  }
  return layers;
}

void declare_classify_options(OptionSet& options, ClassifySettings& s) {
  declare_image_set_options(options, s.images);
  options.section("Model and answers");
  options.path("model,m", "FILE", &s.model,
               "What `fossilct train-classifier` wrote; starter: seven kinds of phantoms");
  options.require();
  options.path("output,o", "FILE", &s.output, "A table of the answers as CSV");
  options.path("evaluate", "FILE", &s.evaluation,
               "Judge the answers by the taxa that are known, and write a page for any browser");
  options.flag("overwrite", &s.overwrite, "Replace outputs that exist");
  options.number("threshold", "SCORE", &s.threshold, 0, 1,
                 "A first score below it makes the answer unsure");
  options.integer("mc-dropout", "N", &s.dropout_passes, 0, 100'000,
                  "Passes of Monte-Carlo dropout (papers: 100): deviation and votes");
  options.section("Reasons");
  options.path("explain", "FOLDER", &s.explanations,
               "Draw over the pictures where the model looks (Grad-CAM, guided Grad-CAM)");
  options.integer("explain-most", "N", &s.explain.most, 0, 1'000'000,
                  "Of so many specimens, the least sure first; 0: of all");
  options.parsed(
      "layers", "N,N", [&s](const std::string& text) { s.explain.layers = parse_layers(text); },
      "Draw the maps of these convolutions too, counted from 1");
  declare_machine_options(options, s.machine, "Of the dropout");
}

// Whether one of the pictures' sources is named among those that the model learned from.
bool was_trained_on(const TaxonModel& model, const std::vector<fs::path>& inputs) {
  const Json::json_pointer sources("/provenance/sources");
  if (!model.training.is_object() || !model.training.contains(sources)) {
    return false;
  }
  return std::ranges::any_of(model.training[sources], [&](const Json& source) {
    const std::string path = source.value("path", "");
    return std::ranges::any_of(inputs, [&](const fs::path& input) {
      std::error_code ignored;
      return fs::equivalent(input, path, ignored);
    });
  });
}

Classification classification_of(const TaxonAnswer& answer, const TaxonModel& model,
                                 const HashedFile& file, double threshold) {
  Classification stored;
  stored.model = file.path.filename().string();
  stored.model_sha256 = file.sha256;
  for (const RankedTaxon& best : ranked(answer, most_stored)) {
    stored.best.push_back({model.taxa[best.taxon], best.score});
  }
  stored.is_sure = is_sure(answer, threshold);
  if (!answer.deviations.empty()) {
    stored.deviation = answer.deviations[static_cast<std::size_t>(first_taxon(answer.scores))];
  }
  stored.novelty = answer.novelty;
  return stored;
}

class ClassifyCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "classify PICTURES|CATALOGUE ... --model MODEL.safetensors [options]",
        {"Tells what pictures of specimens show, by a model that `fossilct train-classifier` "
         "wrote. A specimen's answer is the mean over its pictures. The answers for fossils of "
         "a catalogue are kept there, beside names that persons gave, which stand above them; "
         "pictures that a catalogue lacks are drawn first.",
         "An answer whose score is below --threshold is `unsure`, and so is that for a specimen "
         "which is like nothing the model knows (novelty above 1).",
         "Where taxa are known (folders or a column of photographs, names that persons gave "
         "fossils), --evaluate tells how right the answers are, of specimens that the model was "
         "not trained on."},
        {{"fossilct classify core17.fossils/ --model taxa.safetensors",
          "Gives every fossil of the catalogue a taxon, or none."},
         {"fossilct classify photos/ --model taxa.safetensors -o answers.csv --mc-dropout 100",
          "Photographs, with the deviation over a hundred passes of dropout."},
         {"fossilct classify test/ --model taxa.safetensors --evaluate test.html --explain why",
          "How good the model is, and where it looks."}}};
  }

  void declare(OptionSet& options) override { declare_classify_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    use_threads(context.common.threads);
    settings_.model = model_path(settings_.model, StarterModel::taxa, context.progress);
    require_outputs();
    const TaxonModel model = read_taxon_model(settings_.model);
    check_layers(settings_.explain.layers, model);
    const HashedFile file = FileHasher({settings_.model}).wait(context.progress).front();
    take_form_of(model, settings_.images);
    settings_.images.may_be_barren = true;
    const ReadImages read = read_images(settings_.images, context);
    TaxonPredictor predictor(model, prediction_options());
    const std::vector<TaxonAnswer> answers = predictor.predict(read.set, context.progress);
    const std::vector<std::optional<TaxonAnswer>> listed(answers.begin(), answers.end());
    const std::optional<TaxonEvaluation> evaluation =
        evaluated({read.set, model.taxa, listed}, model, context);
    store(read, answers, model, file);
    if (!settings_.output.empty()) {
      write_file_atomically(settings_.output,
                            answers_csv(read.set, model.taxa, listed, settings_.threshold));
    }
    explain(model, read.set, answers, context.progress);
    return result(read, answers, model, predictor.choice(), evaluation);
  }

 private:
  void require_outputs() const {
    const ClassifySettings& s = settings_;
    std::vector<fs::path> read = s.images.inputs;
    read.push_back(s.model);
    const IfExists if_exists = s.overwrite ? IfExists::replace : IfExists::refuse;
    for (const auto& [option, path, kind] :
         {std::tuple{"--output", s.output, AtomicKind::file},
          std::tuple{"--evaluate", s.evaluation, AtomicKind::file},
          std::tuple{"--explain", s.explanations, AtomicKind::folder}}) {
      if (!path.empty()) {
        require_apart(option, path, kind, read);
        require_output(path, kind, if_exists);
        read.push_back(path);
      }
    }
  }

  TaxonPredictionOptions prediction_options() const {
    return {.dropout_passes = settings_.dropout_passes,
            .seed = settings_.machine.seed,
            .keep_passes_below = settings_.evaluation.empty() ? 0 : settings_.threshold,
            .inference = settings_.machine.inference()};
  }

  // With its page written; nothing where none is asked for.
  std::optional<TaxonEvaluation> evaluated(const AnsweredSet& answered, const TaxonModel& model,
                                           const CommandContext& context) const {
    if (settings_.evaluation.empty()) {
      return std::nullopt;
    }
    std::optional<TaxonEvaluation> evaluation = evaluate_answers(
        answered, {.threshold = settings_.threshold, .threads = context.common.threads});
    TaxonReport& report = evaluation->report;
    if (was_trained_on(model, settings_.images.inputs)) {
      report.notices.insert(report.notices.begin(),
                            "The model was trained on specimens from here: it may know by heart "
                            "what it is asked. What it is worth only others can tell.");
    }
    for (const std::string& notice : report.notices) {
      context.progress.warning(notice);
    }
    report.title = "Answers of " + settings_.model.filename().string();
    report.judged_how =
        "Each answer is the mean over the specimen's pictures" +
        (settings_.dropout_passes > 0 ? " and over " + std::to_string(settings_.dropout_passes) +
                                            " passes of Monte-Carlo dropout"
                                      : std::string()) +
        "; what is right was known before: by folders, a table, or names that persons gave.";
    report.facts = page_facts(answered.set);
    report.recipe = model.training.value("recipe", Json::object());
    write_file_atomically(settings_.evaluation, taxon_report(report, evaluation->scores));
    return evaluation;
  }

  KeyValues page_facts(const ImageSet& set) const {
    KeyValues facts = {{"model", settings_.model.string()}};
    for (const fs::path& input : settings_.images.inputs) {
      facts.emplace_back("pictures", input.string());
    }
    facts.emplace_back("number of pictures", format_count(std::ssize(set.images)));
    return facts;
  }

  void explain(const TaxonModel& model, const ImageSet& set,
               const std::vector<TaxonAnswer>& answers, Progress& progress) {
    if (settings_.explanations.empty()) {
      return;
    }
    settings_.explain.threshold = settings_.threshold;
    AtomicOutput output(settings_.explanations, AtomicKind::folder,
                        settings_.overwrite ? IfExists::replace : IfExists::refuse);
    write_explanations(output.temporary_path(), model, set, answers, settings_.explain, progress);
    output.commit();
  }

  // One change a catalogue.
  void store(const ReadImages& read, const std::vector<TaxonAnswer>& answers,
             const TaxonModel& model, const HashedFile& file) const {
    std::map<fs::path, std::vector<std::size_t>> fossils_of;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (read.fossils[i]) {
        fossils_of[read.fossils[i]->catalogue].push_back(i);
      }
    }
    for (const auto& [folder, specimens] : fossils_of) {
      Catalogue catalogue = open_catalogue(folder, Catalogue::Access::write);
      Catalogue::Change change(catalogue);
      for (const std::size_t i : specimens) {
        change.classify(read.fossils[i]->id,
                        classification_of(answers[i], model, file, settings_.threshold));
      }
      change.commit();
    }
  }

  CommandResult result(const ReadImages& read, const std::vector<TaxonAnswer>& answers,
                       const TaxonModel& model, const InferenceChoice& choice,
                       const std::optional<TaxonEvaluation>& evaluation) const {
    std::vector<std::int64_t> counts(model.taxa.size(), 0);
    std::int64_t unsure = 0;
    std::int64_t novel = 0;
    for (const TaxonAnswer& answer : answers) {
      if (is_sure(answer, settings_.threshold)) {
        ++counts[static_cast<std::size_t>(first_taxon(answer.scores))];
      } else {
        ++unsure;
      }
      novel += is_like_nothing_seen(answer) ? 1 : 0;
    }
    Facts facts;
    Json taxa = Json::object();
    for (std::size_t k = 0; k < counts.size(); ++k) {
      facts.emplace_back(printable(model.taxa[k]), counted(counts[k], "specimen"));
      taxa[model.taxa[k]] = counts[k];
    }
    facts.emplace_back(
        std::string(unsure_taxon),
        counted(unsure, "specimen") +
            (novel > 0 ? ", " + std::to_string(novel) + " of them like nothing the model knows"
                       : ""));
    facts.emplace_back("computed in", choice.describe());
    if (evaluation) {
      facts.emplace_back("of known taxon", accuracy_text(evaluation->scores));
    }
    facts.emplace_back("table", settings_.output.string());
    facts.emplace_back("evaluation", settings_.evaluation.string());
    facts.emplace_back("reasons", settings_.explanations.string());
    return {{{"specimens", answers.size()},
             {"pictures", read.set.images.size()},
             {"skipped", read.skipped},
             {"undrawn", read.undrawn},
             {"taxa", std::move(taxa)},
             {"unsure", unsure},
             {"novel", novel},
             {"evaluation", evaluation ? to_json(*evaluation) : Json()}},
            facts_text(facts),
            true,
            read.undrawn > 0};
  }

  ClassifySettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_classify_command() { return std::make_unique<ClassifyCommand>(); }

}  // namespace fossilct
