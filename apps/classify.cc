// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/taxa/image_sets.h"
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
  bool overwrite = false;
  double threshold = default_taxon_threshold;
  int dropout_passes = 0;
  std::uint64_t seed = 1;
  std::string device = "auto";
  Precision precision = Precision::automatic;
};

void declare_classify_options(OptionSet& options, ClassifySettings& s) {
  declare_image_set_options(options, s.images);
  options.section("Model and answers");
  options.path("model,m", "FILE", &s.model, "What `fossilct train-classifier` wrote");
  options.require();
  options.path("output,o", "FILE", &s.output, "A table of the answers as CSV");
  options.flag("overwrite", &s.overwrite, "Replace the table where it exists");
  options.number("threshold", "SCORE", &s.threshold, 0, 1,
                 "A first score below it makes the answer unsure");
  options.integer("mc-dropout", "N", &s.dropout_passes, 0, 100'000,
                  "Passes of Monte-Carlo dropout (papers: 100): deviation and votes");
  options.integer("seed", "N", &s.seed, 0, std::numeric_limits<std::int64_t>::max(),
                  "Of the dropout");
  options.section("Machine");
  options.text("device", "DEVICE", &s.device, "auto, cpu, cuda, cuda:1 ...");
  options.parsed(
      "precision", "WORD",
      [&s](const std::string& text) { s.precision = precision_from_name("--precision", text); },
      "What is multiplied: auto, fp32, bf16, fp16", name_of(s.precision));
}

// How the pictures of a set must be for the model.
void take_form(const TaxonModel& model, ImageSetOptions& images) {
  images.size = model.size;
  images.channels = model.network->spec().channels;
  images.with_measurements = !model.measurements.empty();
  if (images.views.empty() && model.training.contains("views")) {
    images.views = model.training["views"].get<std::vector<std::string>>();
  }
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
    stored.deviation = answer.deviations[ranked(answer, 1).front().taxon];
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
         "which is like nothing the model knows (novelty above 1)."},
        {{"fossilct classify core17.fossils/ --model taxa.safetensors",
          "Gives every fossil of the catalogue a taxon, or none."},
         {"fossilct classify photos/ --model taxa.safetensors -o answers.csv --mc-dropout 100",
          "Photographs, with the deviation over a hundred passes of dropout."}}};
  }

  void declare(OptionSet& options) override { declare_classify_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    use_threads(context.common.threads);
    require_outputs();
    const TaxonModel model = read_taxon_model(settings_.model);
    const HashedFile file = FileHasher({settings_.model}).wait(context.progress).front();
    take_form(model, settings_.images);
    const ReadImages read = read_images(settings_.images, context);
    TaxonPredictor predictor(
        model, {.dropout_passes = settings_.dropout_passes,
                .seed = settings_.seed,
                .inference = {.device = device_from_name("--device", settings_.device),
                              .precision = settings_.precision}});
    const std::vector<TaxonAnswer> answers = predictor.predict(read.set, context.progress);
    store(read, answers, model, file);
    const std::vector<std::optional<TaxonAnswer>> listed(answers.begin(), answers.end());
    if (!settings_.output.empty()) {
      write_file_atomically(settings_.output,
                            answers_csv(read.set, model.taxa, listed, settings_.threshold));
    }
    return result(read, answers, model, predictor.choice());
  }

 private:
  void require_outputs() const {
    if (settings_.output.empty()) {
      return;
    }
    std::vector<fs::path> read = settings_.images.inputs;
    read.push_back(settings_.model);
    require_apart("--output", settings_.output, AtomicKind::file, read);
    require_output(settings_.output, AtomicKind::file,
                   settings_.overwrite ? IfExists::replace : IfExists::refuse);
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
      Catalogue catalogue = Catalogue::open(folder, Catalogue::Access::write);
      Catalogue::Change change(catalogue);
      for (const std::size_t i : specimens) {
        change.classify(read.fossils[i]->id,
                        classification_of(answers[i], model, file, settings_.threshold));
      }
      change.commit();
    }
  }

  CommandResult result(const ReadImages& read, const std::vector<TaxonAnswer>& answers,
                       const TaxonModel& model, const InferenceChoice& choice) const {
    std::vector<std::int64_t> counts(model.taxa.size(), 0);
    std::int64_t unsure = 0;
    std::int64_t novel = 0;
    for (const TaxonAnswer& answer : answers) {
      if (is_sure(answer, settings_.threshold)) {
        ++counts[ranked(answer, 1).front().taxon];
      } else {
        ++unsure;
      }
      novel += answer.novelty.value_or(0) > 1 ? 1 : 0;
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
    if (!settings_.output.empty()) {
      facts.emplace_back("table", settings_.output.string());
    }
    return {{{"specimens", answers.size()},
             {"pictures", read.set.images.size()},
             {"skipped", read.skipped},
             {"taxa", std::move(taxa)},
             {"unsure", unsure},
             {"novel", novel}},
            facts_text(facts)};
  }

  ClassifySettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_classify_command() { return std::make_unique<ClassifyCommand>(); }

}  // namespace fossilct
