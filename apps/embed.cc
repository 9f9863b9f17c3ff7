// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "apps/cli/command.h"
#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/cli/starter.h"
#include "apps/taxa/image_sets.h"
#include "apps/taxa/machine_options.h"
#include "apps/taxa/taxon_map.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "classify/taxon_predictor.h"
#include "networks/device.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

struct EmbedSettings {
  ImageSetOptions images;
  fs::path model;
  fs::path output;
  fs::path table;
  bool overwrite = false;
  double threshold = default_taxon_threshold;
  TsneOptions tsne;
  UmapOptions umap;
  MachineOptions machine;
};

void declare_embed_options(OptionSet& options, EmbedSettings& s) {
  declare_image_set_options(options, s.images);
  options.section("Model");
  options.path("model,m", "FILE", &s.model,
               "What `fossilct train-classifier` wrote; starter: seven kinds of phantoms");
  options.require();
  options.number("threshold", "SCORE", &s.threshold, 0, 1,
                 "A specimen without a known taxon gets the colour of the model's answer from "
                 "this score on");
  options.section("Output");
  options.path("output,o", "FILE", &s.output, "The maps as a page for any browser (.html)");
  options.require();
  options.path("table", "FILE", &s.table, "The places in the maps as CSV");
  options.flag("overwrite", &s.overwrite, "Replace page and table where they exist");
  options.section("Maps");
  options.number("perplexity", "N", &s.tsne.perplexity, 1, 1000,
                 "t-SNE: how many neighbours a specimen has, about");
  options.integer("iterations", "N", &s.tsne.iterations, 1, 100'000, "t-SNE: steps");
  options.integer("neighbours", "N", &s.umap.neighbours, 2, 1000, "UMAP: nearest neighbours");
  options.number("min-dist", "DISTANCE", &s.umap.min_dist, 0, 1,
                 "UMAP: how near specimens may lie");
  options.integer("epochs", "N", &s.umap.epochs, 1, 100'000, "UMAP: passes");
  declare_machine_options(options, s.machine, "Of both maps");
}

FeaturePoints points_of(const at::Tensor& embeddings) {
  const at::Tensor rows = embeddings.contiguous();
  const float* const begin = rows.data_ptr<float>();
  return {static_cast<std::size_t>(rows.size(1)), {begin, begin + rows.numel()}};
}

class EmbedCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "embed PICTURES|CATALOGUE ... --model MODEL.safetensors --output MAP.html [options]",
        {"Lays specimens out by what a network sees in them: what looks alike to it lies side by "
         "side. Two maps of its feature vectors, t-SNE (van der Maaten and Hinton 2008) and UMAP "
         "(McInnes et al. 2018), with pictures, coloured by taxon: the known one, else the "
         "model's answer. Up to 5,000 specimens."},
        {{"fossilct embed core17.fossils/ --model taxa.safetensors -o map.html",
          "Maps the fossils of a catalogue."},
         {"fossilct embed photos/ -m taxa.safetensors -o map.html --table map.csv",
          "The places too, as a table."}}};
  }

  void declare(OptionSet& options) override { declare_embed_options(options, settings_); }

  CommandResult run(const CommandContext& context) override {
    EmbedSettings& s = settings_;
    s.model = model_path(s.model, StarterModel::taxa, context.progress);
    require_outputs();
    use_threads(context.common.threads);
    s.tsne.threads = s.umap.threads = context.common.threads;
    s.tsne.seed = s.umap.seed = s.machine.seed;
    const TaxonModel model = read_taxon_model(s.model);
    take_form_of(model, s.images);
    const ImageSet set = read_image_set(s.images, context);
    TaxonPredictor predictor(model, {.inference = s.machine.inference()});
    at::Tensor embeddings;
    const std::vector<TaxonAnswer> answers = predictor.predict(set, context.progress, &embeddings);
    const TaxonMap map = map_specimens(points_of(embeddings), s.tsne, s.umap, context.progress);
    write(set, model, answers, map);
    return result(set, map);
  }

 private:
  void require_outputs() const {
    std::vector<fs::path> read = settings_.images.inputs;
    read.push_back(settings_.model);
    const IfExists if_exists = settings_.overwrite ? IfExists::replace : IfExists::refuse;
    require_apart("--output", settings_.output, AtomicKind::file, read);
    require_output(settings_.output, AtomicKind::file, if_exists);
    if (!settings_.table.empty()) {
      read.push_back(settings_.output);
      require_apart("--table", settings_.table, AtomicKind::file, read);
      require_output(settings_.table, AtomicKind::file, if_exists);
    }
  }

  void write(const ImageSet& set, const TaxonModel& model, const std::vector<TaxonAnswer>& answers,
             const TaxonMap& map) const {
    const MappedSpecimens specimens = {
        .set = set, .taxa = model.taxa, .answers = answers, .threshold = settings_.threshold};
    PointMap page = taxon_map_page(specimens, map);
    page.title =
        "Map of " + format_count(static_cast<std::int64_t>(set.specimens.size())) + " specimens";
    page.subtitle = "fossilct embed " + std::string(version());
    page.facts = {{"model", settings_.model.string()}};
    for (const fs::path& input : settings_.images.inputs) {
      page.facts.emplace_back("pictures", input.string());
    }
    page.footer = "This page is one file and fetches nothing.";
    write_file_atomically(settings_.output, point_map_html(page));
    if (!settings_.table.empty()) {
      write_file_atomically(settings_.table, taxon_map_csv(specimens, map));
    }
  }

  CommandResult result(const ImageSet& set, const TaxonMap& map) const {
    const auto number = [](double value) { return value == value ? Json(value) : Json(); };
    const Facts facts = {
        {"specimens", format_count(static_cast<std::int64_t>(set.specimens.size()))},
        {"trustworthiness", "t-SNE " + decimal_text(map.tsne_trustworthiness, 3) + ", UMAP " +
                                decimal_text(map.umap_trustworthiness, 3)},
        {"page", settings_.output.string()},
        {"table", settings_.table.string()}};
    return {
        {{"specimens", set.specimens.size()},
         {"pictures", set.images.size()},
         {"trustworthiness",
          {{"tsne", number(map.tsne_trustworthiness)}, {"umap", number(map.umap_trustworthiness)}}},
         {"page", settings_.output.string()},
         {"table", settings_.table.empty() ? Json() : Json(settings_.table.string())}},
        facts_text(facts)};
  }

  EmbedSettings settings_;
};

}  // namespace

std::unique_ptr<Command> make_embed_command() { return std::make_unique<EmbedCommand>(); }

}  // namespace fossilct
