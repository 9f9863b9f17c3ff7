// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_recipe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "train/json_fields.h"
#include "train/recipe_fields.h"

namespace fossilct {

namespace {

template <typename T, std::size_t count>
using Names = std::array<std::pair<T, const char*>, count>;

constexpr Names<RateSchedule, 4> schedules = {{{RateSchedule::constant, "constant"},
                                               {RateSchedule::alrs, "alrs"},
                                               {RateSchedule::one_cycle, "one-cycle"},
                                               {RateSchedule::exponential, "exponential"}}};
constexpr Names<TaxonSampling, 3> samplings = {{{TaxonSampling::all, "all"},
                                                {TaxonSampling::oversample, "oversample"},
                                                {TaxonSampling::undersample, "undersample"}}};
constexpr Names<PictureScaling, 3> scalings = {{{PictureScaling::unit, "unit"},
                                                {PictureScaling::standard, "standard"},
                                                {PictureScaling::imagenet, "imagenet"}}};

template <typename T, std::size_t count>
std::string word_of(const Names<T, count>& names, T value) {
  for (const auto& [known, word] : names) {
    if (known == value) {
      return word;
    }
  }
  return {};
}

template <typename T, std::size_t count>
T value_of(const Names<T, count>& names, std::string_view word) {
  std::string all;
  for (const auto& [known, name] : names) {
    if (word == name) {
      return known;
    }
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  throw Error(ErrorKind::format, "'" + printable(word) + "': expected " + all);
}

template <typename Visit, typename Field, typename T, std::size_t count>
void visit_word(Visit& visit, const char* name, Field& field, const Names<T, count>& names) {
  visit.as(
      name, field, [&](T value) { return word_of(names, value); },
      [&](const Json& json, const std::string&) {
        return value_of(names, json.get<std::string>());
      });
}

}  // namespace

template <FieldsOf<TaxonAugmentation> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("rotate_degrees", self.rotate_degrees);
  visit("quarter_turns", self.quarter_turns);
  visit("flip", self.flip);
  visit("gains", self.gains);
  visit("gammas", self.gammas);
  visit("zooms", self.zooms);
  visit("brightness", self.brightness);
  visit("contrast", self.contrast);
  visit("saturation", self.saturation);
  visit("crop", self.crop);
  visit("mix_lights", self.mix_lights);
}

template <FieldsOf<TaxonPhase> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("epochs", self.epochs);
  visit("rate", self.rate);
  visit_word(visit, "schedule", self.schedule, schedules);
  visit("frozen_share", self.frozen_share);
  visit("patience", self.patience);
}

template <FieldsOf<TaxonRecipe> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("name", self.name);
  visit("encoder", self.encoder);
  visit("filters", self.filters);
  visit("cyclic", self.cyclic);
  visit("head", self.head);
  visit_word(visit, "scaling", self.scaling, scalings);
  visit_struct<TaxonAugmentation>(visit, "augmentation", self.augmentation);
  visit_list<TaxonPhase>(visit, "phases", self.phases);
  visit("batch", self.batch);
  visit("weight_decay", self.weight_decay);
  visit("label_smoothing", self.label_smoothing);
  visit("class_weights", self.class_weights);
  visit_word(visit, "sampling", self.sampling, samplings);
  visit("vector_copies", self.vector_copies);
}

namespace {

TaxonRecipe few_specimens() {
  TaxonRecipe recipe;
  recipe.augmentation.flip = true;
  recipe.augmentation.gammas = {0.7, 1, 1.4};
  recipe.augmentation.zooms = {0.9, 1, 1.1};
  recipe.weight_decay = 1e-2;
  return recipe;
}

TaxonRecipe marchant() {
  TaxonRecipe recipe;
  recipe.name = "marchant";
  recipe.scaling = PictureScaling::unit;
  recipe.augmentation.gains = {0.8, 1, 1.2};
  recipe.augmentation.gammas = {0.5, 1, 2};
  recipe.augmentation.zooms = {0.9, 1, 1.1};
  recipe.phases = {{.epochs = 1000, .rate = 1e-3, .schedule = RateSchedule::alrs}};
  recipe.batch = 64;
  return recipe;
}

TaxonRecipe transfer() {
  TaxonRecipe recipe = marchant();
  recipe.name = "transfer";
  recipe.encoder = "resnet50";
  recipe.cyclic = true;
  recipe.head = "512-512";
  recipe.scaling = PictureScaling::imagenet;
  recipe.phases[0].frozen_share = 1;
  return recipe;
}

TaxonRecipe johansen() {
  TaxonRecipe recipe;
  recipe.name = "johansen";
  recipe.encoder = "vgg16";
  recipe.head = "512-64";
  recipe.scaling = PictureScaling::imagenet;
  recipe.augmentation.rotate_degrees = 0;
  recipe.augmentation.quarter_turns = recipe.augmentation.flip = true;
  recipe.augmentation.brightness = recipe.augmentation.contrast = 0.1;
  recipe.augmentation.saturation = 0.1;
  const double before_last_two_blocks = 7.0 / 13;  // of VGG16's convolutions
  recipe.phases = {{.epochs = 200,
                    .rate = 1e-4,
                    .schedule = RateSchedule::constant,
                    .frozen_share = 1,
                    .patience = 10},
                   {.epochs = 100,
                    .rate = 1e-7,
                    .schedule = RateSchedule::constant,
                    .frozen_share = before_last_two_blocks,
                    .patience = 10}};
  recipe.class_weights = false;
  recipe.vector_copies = 8;
  return recipe;
}

TaxonRecipe liu() {
  TaxonRecipe recipe;
  recipe.name = "liu";
  recipe.encoder = "resnet50";
  recipe.scaling = PictureScaling::imagenet;
  recipe.augmentation.rotate_degrees = 0;
  recipe.augmentation.quarter_turns = recipe.augmentation.flip = true;
  recipe.augmentation.crop = 0.4;
  recipe.phases = {
      {.epochs = 50, .rate = 1e-4, .schedule = RateSchedule::exponential, .frozen_share = 0.5}};
  return recipe;
}

constexpr std::array<TaxonRecipe (*)(), 5> recipes = {few_specimens, marchant, transfer, johansen,
                                                      liu};

void check_list(const std::vector<double>& values, const std::string& name) {
  for (const double value : values) {
    require(value >= 0.1 && value <= 10, "augmentation." + name, value, "0.1 to 10");
  }
}

void check_augmentation(const TaxonAugmentation& a) {
  require(a.rotate_degrees >= 0 && a.rotate_degrees <= 180, "augmentation.rotate_degrees",
          a.rotate_degrees, "0 to 180");
  check_list(a.gains, "gains");
  check_list(a.gammas, "gammas");
  check_list(a.zooms, "zooms");
  for (const auto& [name, share] :
       {std::pair("brightness", a.brightness), std::pair("contrast", a.contrast),
        std::pair("saturation", a.saturation)}) {
    require(share >= 0 && share <= 1, std::string("augmentation.") + name, share, "0 to 1");
  }
  require(a.crop > 0 && a.crop <= 1, "augmentation.crop", a.crop, "above 0 to 1 (the whole)");
}

void check_phase(const TaxonPhase& phase, const std::string& where) {
  require(phase.epochs >= 1 && phase.epochs <= 100'000, where + "epochs", phase.epochs,
          "1 to 100000");
  require(phase.rate > 0 && phase.rate <= 10, where + "rate", phase.rate, "above 0 to 10");
  require(phase.frozen_share >= 0 && phase.frozen_share <= 1, where + "frozen_share",
          phase.frozen_share, "0 to 1");
  require(phase.patience >= 0, where + "patience", phase.patience, "0 (never) or more");
}

}  // namespace

TaxonRecipe taxon_recipe_named(std::string_view name) {
  std::string all;
  for (TaxonRecipe (*make)() : recipes) {
    TaxonRecipe recipe = make();
    if (recipe.name == name) {
      return recipe;
    }
    all += (all.empty() ? "" : ", ") + recipe.name;
  }
  throw option_error("--recipe", "'" + printable(name) + "': expected " + all);
}

std::vector<std::string> taxon_recipe_names() {
  std::vector<std::string> names;
  for (TaxonRecipe (*make)() : recipes) {
    names.push_back(make().name);
  }
  return names;
}

NetworkSpec network_of(const TaxonRecipe& recipe, int size, int channels, int taxa,
                       int measurements) {
  NetworkSpec spec;
  spec.architecture = "classifier";
  spec.encoder = recipe.encoder;
  spec.decoder.clear();
  spec.channels = channels;
  spec.classes = taxa;
  spec.measurements = measurements;
  if (has_cyclic_blocks(recipe.encoder)) {
    spec.filters = recipe.filters;
    spec.size = size;
  } else {
    spec.cyclic = recipe.cyclic;
    spec.head = recipe.head;
  }
  return spec;
}

Json to_json(const TaxonRecipe& recipe) { return written_fields(recipe); }

TaxonRecipe with_setting(const TaxonRecipe& recipe, std::string_view assignment) {
  const Json json = with_assignment(to_json(recipe), assignment);
  try {
    TaxonRecipe changed = read_fields<TaxonRecipe>(json, "");
    check(changed);
    return changed;
  } catch (const Error& error) {
    throw option_error("--set", "'" + printable(assignment) + "': " + error.what());
  }
}

void check(const TaxonRecipe& recipe) {
  constexpr int any_size = 64;
  check(network_of(recipe, any_size, 1, 2, 0));
  check_augmentation(recipe.augmentation);
  require(!recipe.phases.empty(), "phases", Json::array(), "one phase at least");
  for (std::size_t i = 0; i < recipe.phases.size(); ++i) {
    check_phase(recipe.phases[i], "phases." + std::to_string(i) + ".");
  }
  require(recipe.batch >= 2 && recipe.batch <= 4096, "batch", recipe.batch, "2 to 4096");
  require(recipe.weight_decay >= 0 && recipe.weight_decay < 1, "weight_decay", recipe.weight_decay,
          "0 to below 1");
  require(recipe.label_smoothing >= 0 && recipe.label_smoothing <= 0.5, "label_smoothing",
          recipe.label_smoothing, "0 to 0.5");
  require(recipe.vector_copies >= 1 && recipe.vector_copies <= 1000, "vector_copies",
          recipe.vector_copies, "1 to 1000");
}

std::string name_of(PictureScaling scaling) { return word_of(scalings, scaling); }

PictureScaling picture_scaling_from_name(std::string_view name) { return value_of(scalings, name); }

}  // namespace fossilct
