// SPDX-License-Identifier: Apache-2.0
#include "apps/training/train_options.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "apps/cli/facts.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "segment/model_file.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr double gib = 1 << 30;
constexpr int most_context = 2;

std::string quoted(const std::string& text) { return "'" + text + "'"; }

void declare_paths(OptionSet& options, const std::string& name, const std::string& value_name,
                   std::vector<fs::path>& paths, const std::string& help) {
  options.repeated(
      name, value_name,
      [&paths, name](const std::string& text) {
        if (text.empty()) {
          throw option_error("--" + name, "'' is no path");
        }
        paths.emplace_back(text);
      },
      help);
}

double parse_number(const std::string& option, const std::string& text, double least, double most,
                    const std::string& expected) {
  const auto value = parse_double(text);
  if (!value || !(*value >= least && *value <= most)) {
    throw option_error(option, quoted(text) + " is not " + expected);
  }
  return *value;
}

TrainSettings::ClassWeights parse_class_weights(const std::string& text) {
  if (text == "auto" || text == "none") {
    return {text == "auto", {}};
  }
  TrainSettings::ClassWeights weights;
  for (const std::string& part : split(text, ',')) {
    weights.values.push_back(parse_number(
        "--class-weights", part, 0, 1e6,
        "auto, none or a list of one number from 0 to 1000000 for each class, as 1,5,2"));
  }
  return weights;
}

TrainSettings::Rate parse_rate(const std::string& text) {
  if (text == "find") {
    return {};
  }
  return {parse_number("--lr", text, 1e-9, 10,
                       "a learning rate from 1e-9 to 10, as 1e-3, nor the word find")};
}

// "200", "100-120": numbers are added.
void add_slices(const std::string& part, std::vector<std::int64_t>& slices) {
  constexpr std::int64_t most = 1'000'000, most_number = 1'000'000'000;
  const std::size_t dash = part.find('-', 1);
  const auto first = parse_integer(std::string_view(part).substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : parse_integer(std::string_view(part).substr(dash + 1));
  if (!first || !last || *first < 0 || *last < *first || *last > most_number ||
      *last - *first > most) {
    throw option_error("--validate-slices", quoted(part) +
                                                " is neither a slice number nor a range; expected "
                                                "a list as 200,250 or 100-120,300");
  }
  for (std::int64_t number = *first; number <= *last; ++number) {
    slices.push_back(number);
  }
}

void declare_inputs(OptionSet& options, TrainSettings& s) {
  options.section("Scans and labels");
  declare_paths(options, "scan", "SCAN", s.scans, "A scan to train on, as `fossilct import` reads");
  declare_paths(options, "labels", "LABELS", s.labels,
                "Its labels: a volume of its size, or a folder of masks with the numbers of its "
                "slices; the first --labels belongs to the first --scan");
  declare_paths(options, "test-scan", "SCAN", s.test_scans,
                "A scan to score once at the end; it decides nothing");
  declare_paths(options, "test-labels", "LABELS", s.test_labels, "Its labels");
  options.repeated(
      "class", "VALUE=NAME[:#RRGGBB]",
      [&s](const std::string& text) { s.inputs.classes.push_back(parse_label_class(text)); },
      "Name and colour of a label value; without any those of the label file, or the values that "
      "are found. 0 is background");
  options.parsed(
      "ignore", "VALUE|none",
      [&s](const std::string& text) { s.inputs.ignored = parse_ignored_label(text); },
      "Label value of voxels that nobody has looked at", std::to_string(*s.inputs.ignored));
  options.flag("resample", &s.inputs.resample,
               "Bring scans of other voxel sizes to that of the first");
}

void declare_output(OptionSet& options, TrainSettings& s) {
  options.section("Output");
  options.path("output,o", "FILE", &s.output,
               "The model to write (.safetensors); beside it .report.html, .train.csv and, while "
               "training lasts, .checkpoint");
  options.flag("overwrite", &s.overwrite, "Replace the output and its checkpoint where they exist");
  options.number("checkpoint-minutes", "MIN", &s.training.checkpoint_minutes, 0.01, 1e4,
                 "Save at least every so often, and after each epoch");
  options.flag("keep-checkpoint", &s.keep_checkpoint, "Do not remove the checkpoint at the end");
  options.path("resume", "CHECKPOINT", &s.resume,
               "Go on with an interrupted training; all else is in the checkpoint");
}

void declare_recipe(OptionSet& options, TrainSettings& s) {
  options.section("Recipe");
  options.text("recipe", "NAME|FILE", &s.recipe,
               "default, quick (a usable model in minutes), tune (the default with --from-model), "
               "paper (Carvalho et al. 2020), or a .json file that --print-recipe wrote");
  options.flag("print-recipe", &s.print_recipe, "Print the recipe with all that is given, and end");
  options.repeated(
      "set", "FIELD=VALUE", [&s](const std::string& text) { s.assignments.push_back(text); },
      "Any field of the recipe, as stages.2.unfrozen.epochs=20");
  options.parsed(
      "axes", "AXES", [&s](const std::string& text) { s.axes = parse_axes("--axes", text); },
      "Directions that slices are cut along: zyx, or z ...; else as the recipe says");
  options.parsed(
      "context", "N",
      [&s](const std::string& text) {
        const auto context = parse_integer(text);
        if (!context || *context < 0 || *context > most_context) {
          throw option_error("--context", quoted(text) + ": expected 0, 1 or 2 neighbours");
        }
        s.context = static_cast<int>(*context);
      },
      "Neighbouring slices on each side that the network sees: 0, 1 or 2");
  options.parsed(
      "loss", "LOSS",
      [&s](const std::string& text) { s.loss = loss_kind_from_name("--loss", text); },
      "ce+dice, ce, dice, focal, tversky");
  options.parsed(
      "class-weights", "auto|none|LIST",
      [&s](const std::string& text) { s.class_weights = parse_class_weights(text); },
      "Weights of classes in the loss: from how rare they are, none, or one number each");
  options.parsed(
      "lr", "RATE|find", [&s](const std::string& text) { s.rate = parse_rate(text); },
      "Learning rate of every stage, or a range test before each; else as the recipe says");
  options.parsed(
      "ema", "DECAY",
      [&s](const std::string& text) {
        s.ema = parse_number("--ema", text, 0, 0.999999, "a decay from 0 to 0.999999");
      },
      "Store a moving average of the weights: its decay a step, 0 = none");
  options.path("encoder-weights", "FILE", &s.encoder_weights,
               "Begin with these weights of the encoder (.pth of torchvision or timm, "
               ".safetensors)");
  options.path("from-model", "FILE", &s.from_model,
               "Go on from this model, with all it has learned, on these scans; starter: the "
               "one that comes with fossilct");
  options.flag("from-scratch", &s.from_scratch,
               "Let --recipe paper begin without encoder weights, which is not the paper's method");
}

void declare_validation(OptionSet& options, TrainSettings& s) {
  ValidationOptions& validation = s.training.validation;
  options.section("Validation, which chooses the best epoch");
  options.choice("validation", &validation.kind,
                 {{"block", ValidationOptions::Kind::block},
                  {"random-slices", ValidationOptions::Kind::random_slices}},
                 "The end of each scan, or slices at random, whose neighbours are trained on");
  options.number("validate-share", "X", &validation.share, 0.01, 0.9, "Share of each scan");
  options.integer("guard", "N", &validation.guard, 0, 10'000,
                  "Slices between the block and what is trained on, besides the context");
  options.parsed(
      "validate-slices", "LIST",
      [&validation](const std::string& text) {
        for (const std::string& part : split(text, ',')) {
          add_slices(part, validation.slices);
        }
      },
      "These slices along z instead, by number: 200,250 or 100-120");
  declare_paths(options, "validate-scan", "SCAN", s.validation_scans, "Another scan instead");
  declare_paths(options, "validate-labels", "LABELS", s.validation_labels, "Its labels");
}

void declare_machine(OptionSet& options, TrainSettings& s) {
  options.section("Machine");
  options.text("device", "DEVICE", &s.device, "auto, cpu, cuda, cuda:1 ...");
  options.parsed(
      "precision", "WORD",
      [&s](const std::string& text) {
        s.training.precision = precision_from_name("--precision", text);
      },
      "What is multiplied: auto, fp32, bf16, fp16", name_of(s.training.precision));
  s.cache_gib = static_cast<double>(s.training.cache_bytes) / gib;
  options.number("cache-gib", "GIB", &s.cache_gib, 0.001, 1e5,
                 "Memory for voxels; a scan that does not fit is read again and again");
  options.integer("seed", "N", &s.training.seed, 0, std::numeric_limits<std::int64_t>::max(),
                  "Another seed draws other samples");
}

void declare_reading(OptionSet& options, TrainSettings& s) {
  options.section("Voxel size, of all scans");
  declare_spacing_options(options, s.inputs.scans.spacing);
  options.section("Reading");
  options.parsed(
      "raw", "LAYOUT",
      [&s](const std::string& text) { s.inputs.scans.raw = parse_raw_layout(text); },
      "Scans have no header: width x height x depth:type, as 1024x1024x1000:u16le");
  options.parsed(
      "labels-raw", "LAYOUT",
      [&s](const std::string& text) {
        try {
          s.inputs.labels.raw = parse_raw_layout(text);
        } catch (const Error&) {
          rethrow_with_context("--labels-raw");
        }
      },
      "The same of labels, as 1024x1024x1000:u8");
  options.text("dataset", "PATH", &s.inputs.scans.dataset, "HDF5: the dataset of scans");
  options.text("labels-dataset", "PATH", &s.inputs.labels.dataset, "HDF5: that of labels");
  options.flag("allow-gaps", &s.inputs.scans.allow_gaps,
               "Folder: read a scan although slice numbers are missing");
  options.flag("replace-nan", &s.inputs.scans.replace_nan,
               "Voxels that are NaN or infinite become the scan's minimum");
  options.path("colour-map", "FILE", &s.inputs.labels.colour_map,
               "Labels from colours: lines of `#rrggbb value name`");
  options.path("scratch", "FOLDER", &s.inputs.scans.scratch,
               "Where a file that can't be read in pieces is unpacked");
}

Recipe named_or_read(const std::string& recipe) {
  const fs::path path = recipe;
  if (lower(path.extension().string()) != ".json") {
    return recipe_named(recipe);
  }
  const FileDescriptor file(path);
  std::string text(static_cast<std::size_t>(file.size()), ' ');
  file.read_at(0, std::as_writable_bytes(std::span(text)));
  Json json;
  try {
    json = parse_json(text);
  } catch (const Error& error) {
    throw format_error(
        path, std::string(error.what()) + "; `fossilct train --print-recipe` writes a recipe");
  }
  try {
    return recipe_from_json(json);
  } catch (const Error&) {
    rethrow_with_context(path.string());
  }
}

void set_rate(Recipe& recipe, const TrainSettings::Rate& rate, bool weights_given) {
  for (Stage& stage : recipe.stages) {
    for (Phase* phase : {&stage.frozen, &stage.unfrozen}) {
      phase->rates.reset();
      if (rate.value) {
        // Weights that were given are to be kept more than made anew.
        const double encoder = weights_given ? *rate.value / 10 : *rate.value;
        phase->rates = {encoder, encoder, *rate.value};
      }
    }
  }
}

std::string name_of_recipe(const TrainSettings& s) {
  if (!s.recipe.empty()) {
    return s.recipe;
  }
  return s.from_model.empty() ? Recipe().name : "tune";
}

// What a recipe says of the network and of what it sees; a model to go on from has settled it.
auto network_fields(Recipe& r) {
  return std::tie(r.encoder, r.decoder, r.context, r.repeat_grey, r.normalisation);
}

Recipe with_network_of(Recipe recipe, const ModelRecord& record) {
  recipe.encoder = record.network.encoder;
  recipe.decoder = record.network.decoder;
  recipe.context = record.context;
  recipe.repeat_grey = record.repeat_grey;
  recipe.normalisation = record.normalisation;
  recipe.axes = record.axes;
  return recipe;
}

void require_network_of(Recipe recipe, const ModelRecord& record, const fs::path& path) {
  Recipe wanted = with_network_of(recipe, record);
  if (network_fields(recipe) != network_fields(wanted)) {
    throw option_error("--from-model",
                       path.string() + " is a U-Net of " + wanted.encoder + " with " +
                           wanted.decoder + " decoder that sees " +
                           counted(wanted.context, "neighbour") +
                           " on each side; other options ask for another network (--context, or "
                           "--set of encoder, decoder, context, repeat_grey, normalisation): leave "
                           "them out");
  }
}

void require_weights_for_paper(const TrainSettings& s, const Recipe& recipe) {
  if (s.from_scratch && !s.encoder_weights.empty()) {
    throw option_error("--from-scratch", "excludes --encoder-weights; give one of them");
  }
  if (!s.from_model.empty() && (s.from_scratch || !s.encoder_weights.empty())) {
    throw option_error("--from-model",
                       std::string("excludes ") +
                           (s.from_scratch ? "--from-scratch" : "--encoder-weights") +
                           "; give one of them");
  }
  if (recipe.name == "paper" && s.from_model.empty() && s.encoder_weights.empty() &&
      !s.from_scratch) {
    throw option_error(
        "--recipe",
        "paper begins with the encoder's weights from ImageNet: give --encoder-weights "
        "resnet34-b627a593.pth, torchvision's file, which is at "
        "https://download.pytorch.org/models/resnet34-b627a593.pth; or --from-scratch, which "
        "skips the frozen stages and is not the paper's method");
  }
}

std::vector<ScanAndLabels> paired(const std::vector<fs::path>& scans,
                                  const std::vector<fs::path>& labels, const std::string& prefix) {
  if (scans.size() != labels.size()) {
    throw option_error("--" + prefix + "labels",
                       std::to_string(labels.size()) + " given for " +
                           std::to_string(scans.size()) + " --" + prefix +
                           "scan; the first labels belong to the first scan, and so on");
  }
  std::vector<ScanAndLabels> pairs;
  for (std::size_t i = 0; i < scans.size(); ++i) {
    pairs.push_back({scans[i], labels[i]});
  }
  return pairs;
}

void choose_validation(const TrainSettings& s, ValidationOptions& validation) {
  const bool random = validation.kind == ValidationOptions::Kind::random_slices;
  const bool named = !validation.slices.empty();
  const bool other = !s.validation_scans.empty();
  if (int{random} + int{named} + int{other} > 1) {
    throw option_error(other ? "--validate-scan" : "--validate-slices",
                       std::string("excludes ") +
                           (random ? "--validation random-slices" : "--validate-slices") +
                           "; give one of them");
  }
  if (named) {
    validation.kind = ValidationOptions::Kind::named_slices;
  } else if (other) {
    validation.kind = ValidationOptions::Kind::other_scans;
  }
}

std::string rates_text(const Phase& phase) {
  if (!phase.rates) {
    return "rate to be found";
  }
  const auto& rates = *phase.rates;
  const std::string last = format_rounded(rates[2]);
  return "rate " + (rates[0] == rates[2] ? last : format_rounded(rates[0]) + " to " + last);
}

std::string phase_text(const Phase& phase, const std::string& what) {
  return counted(phase.epochs, "epoch") + what + ", " + rates_text(phase);
}

}  // namespace

void declare_train_options(OptionSet& options, TrainSettings& settings) {
  declare_inputs(options, settings);
  declare_output(options, settings);
  declare_recipe(options, settings);
  declare_validation(options, settings);
  declare_machine(options, settings);
  declare_reading(options, settings);
}

Recipe effective_recipe(const TrainSettings& s) {
  Recipe recipe = named_or_read(name_of_recipe(s));
  std::optional<ModelRecord> model;
  if (!s.from_model.empty()) {
    try {
      model = read_model(s.from_model).record;
    } catch (const Error&) {
      rethrow_with_context(s.resume.empty() ? "--from-model"
                                            : "the model that this training began from must be "
                                              "where it was, to see that it is the same");
    }
    recipe = with_network_of(recipe, *model);
  }
  recipe.axes = s.axes.value_or(recipe.axes);
  recipe.context = s.context.value_or(recipe.context);
  recipe.loss.kind = s.loss.value_or(recipe.loss.kind);
  recipe.ema = s.ema.value_or(recipe.ema);
  if (s.class_weights) {
    recipe.balance_classes = s.class_weights->balance;
    recipe.loss.class_weights = s.class_weights->values;
  }
  if (s.rate) {
    set_rate(recipe, *s.rate, !s.encoder_weights.empty());
  }
  for (const std::string& assignment : s.assignments) {
    recipe = with_setting(recipe, assignment);
  }
  check(recipe);
  if (model) {
    require_network_of(recipe, *model, s.from_model);
  }
  return recipe;
}

void finish(TrainSettings& s, int threads) {
  OpenOptions& scans = s.inputs.scans;
  check_scan_options(scans);
  scans.threads = threads;
  s.inputs.labels.scratch = scans.scratch;
  if (s.scans.empty()) {
    throw Error(ErrorKind::option, "--scan is missing: a scan to train on, with its --labels");
  }
  s.inputs.training = paired(s.scans, s.labels, "");
  s.inputs.validation = paired(s.validation_scans, s.validation_labels, "validate-");
  s.inputs.test = paired(s.test_scans, s.test_labels, "test-");
  choose_validation(s, s.training.validation);
  s.training.cache_bytes = std::llround(s.cache_gib * gib);
  s.training.recipe = effective_recipe(s);
  require_weights_for_paper(s, s.training.recipe);
}

std::string recipe_text(const Recipe& recipe, bool weights_given) {
  Facts facts = {
      {"recipe", recipe.name},
      {"network", "U-Net, " + recipe.encoder + " encoder, " + recipe.decoder + " decoder, " +
                      counted(recipe.channels(), "channel")},
      {"slices", "along " + name_of(recipe.axes) + ", " + counted(recipe.context, "neighbour") +
                     " on each side"},
      {"loss", name_of(recipe.loss.kind) + (recipe.balance_classes ? ", classes balanced" : "")}};
  for (std::size_t i = 0; i < recipe.stages.size(); ++i) {
    const Stage& stage = recipe.stages[i];
    const bool frozen = weights_given && stage.frozen.epochs > 0;
    if (!frozen && stage.unfrozen.epochs == 0) {
      continue;
    }
    std::string text = stage.resolution == 1
                           ? "full resolution"
                           : "1/" + std::to_string(stage.resolution) + " of the resolution";
    text += stage.crop == 0 ? ", whole slices" : ", crops of " + std::to_string(stage.crop);
    text += ", batches of " + std::to_string(stage.batch);
    if (frozen) {
      text += "; " + phase_text(stage.frozen, " frozen");
    }
    text += "; " + phase_text(stage.unfrozen, "");
    facts.emplace_back("stage " + std::to_string(i + 1), text);
  }
  return facts_text(facts);
}

}  // namespace fossilct
