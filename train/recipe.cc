// SPDX-License-Identifier: Apache-2.0
#include "train/recipe.h"

#include <algorithm>

#include "networks/spec.h"
#include "train/json_fields.h"
#include "train/recipe_fields.h"
#include "train/schedule.h"

namespace fossilct {

// Found by the visitors' templates, so not in the unnamed namespace.
template <FieldsOf<Phase> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("epochs", self.epochs);
  visit("rates", self.rates);
  visit("start_share", self.start_share);
}

template <FieldsOf<Stage> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("resolution", self.resolution);
  visit("crop", self.crop);
  visit("batch", self.batch);
  visit("accumulate", self.accumulate);
  visit("epoch_samples", self.epoch_samples);
  visit_struct<Phase>(visit, "frozen", self.frozen);
  visit_struct<Phase>(visit, "unfrozen", self.unfrozen);
}

template <FieldsOf<Recipe> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit("name", self.name);
  visit("encoder", self.encoder);
  visit("decoder", self.decoder);
  visit.as(
      "axes", self.axes, [](const std::vector<Axis>& axes) { return name_of(axes); },
      [](const Json& json, const std::string& where) {
        return parse_axes(where, json.get<std::string>());
      });
  visit("context", self.context);
  visit("repeat_grey", self.repeat_grey);
  visit.as(
      "normalisation", self.normalisation, [](Normalisation kind) { return name_of(kind); },
      [](const Json& json, const std::string& where) {
        return normalisation_from_name(where, json.get<std::string>());
      });
  visit("foreground_share", self.foreground_share);
  visit("balance_classes", self.balance_classes);
  visit("weight_decay", self.weight_decay);
  visit("gradient_clip", self.gradient_clip);
  visit("ema", self.ema);
  visit("freeze_norm_at_batch_1", self.freeze_norm_at_batch_1);
  visit("patience", self.patience);
  visit.as(
      "loss", self.loss, [](const LossOptions& loss) { return to_json(loss); },
      [](const Json& json, const std::string&) { return loss_options_from_json(json); });
  visit.as(
      "augmentation", self.augmentation, [](const Augmentation& a) { return to_json(a); },
      [](const Json& json, const std::string& where) {
        return augmentation_from_json(json, where + ".");
      });
  visit_list<Stage>(visit, "stages", self.stages);
}

namespace {

Phase phase(int epochs, const std::array<double, 3>& rates, double start_share) {
  return {epochs, rates, start_share};
}

// Carvalho et al. 2020: the table of three cycles, on weights given for the encoder.
Recipe paper() {
  Recipe recipe;
  recipe.name = "paper";
  recipe.encoder = "resnet34";
  recipe.decoder = "pixelshuffle";
  recipe.axes = {Axis::z};
  recipe.context = 0;
  recipe.repeat_grey = true;
  recipe.normalisation = Normalisation::imagenet;
  recipe.foreground_share = 0;
  recipe.loss.kind = LossKind::cross_entropy;
  recipe.gradient_clip = 0;
  recipe.ema = 0;
  // fastai v1's get_transforms; intensities run from 0 to 1 here.
  Augmentation& a = recipe.augmentation = no_augmentation();
  a.flip = 0.5;
  a.rotate = a.zoom = a.warp = a.brightness = a.contrast = 0.75;
  a.rotate_degrees = 10;
  a.zoom_low = 1;
  a.zoom_high = 1.1;
  a.warp_share = 0.2;
  a.brightness_shift = 0.1;
  a.contrast_low = 0.8;
  a.contrast_high = 1.25;
  const auto cycle = [](int resolution, int batch, double rate, const Phase& frozen,
                        const Phase& unfrozen) {
    Stage stage{.resolution = resolution, .crop = 0, .batch = batch};
    stage.frozen = frozen;
    stage.frozen.rates = {rate / 10, rate / 10, rate};  // fastai's slice(rate)
    stage.unfrozen = unfrozen;
    return stage;
  };
  recipe.stages = {
      cycle(4, 5, 2e-4, {5, {}, 0.9}, phase(10, geometric_rates(2e-4 / 400, 2e-4 / 4), 0.8)),
      cycle(2, 1, 1e-3, {5, {}, 0.8}, phase(10, geometric_rates(1e-6, 1e-3 / 10), 0.3)),
      cycle(1, 1, 2e-5, {3, {}, 0.8}, phase(10, geometric_rates(1e-6, 2e-5 / 10), 0.3))};
  return recipe;
}

// One of our own stages; with given weights the decoder learns alone for a while first.
Stage stage(int resolution, int crop, int batch, int epoch_samples, int epochs, double rate) {
  Stage stage{
      .resolution = resolution, .crop = crop, .batch = batch, .epoch_samples = epoch_samples};
  stage.frozen = phase(1, {rate / 10, rate / 10, rate}, 0.3);
  stage.unfrozen = phase(epochs, {rate, rate, rate}, 0.25);
  return stage;
}

Recipe thorough() {
  Recipe recipe;
  recipe.name = "default";
  recipe.stages = {stage(4, 64, 16, 512, 3, 2e-3), stage(2, 96, 8, 512, 5, 2e-3),
                   stage(1, 160, 4, 500, 16, 1e-3)};
  return recipe;
}

Recipe quick() {
  Recipe recipe = thorough();
  recipe.name = "quick";
  recipe.stages = {stage(4, 64, 16, 512, 2, 2e-3), stage(2, 96, 8, 512, 4, 2e-3),
                   stage(1, 128, 4, 400, 5, 1e-3)};
  return recipe;
}

// Goes on from a network that knows fossils already: its filters are kept more than made anew, and
// small walls are seen at full resolution alone.
Recipe tune() {
  Recipe recipe = thorough();
  recipe.name = "tune";
  recipe.stages = {stage(1, 128, 4, 400, 4, 5e-4)};
  return recipe;
}

void check_phase(const Phase& phase, const std::string& where) {
  require(phase.epochs >= 0 && phase.epochs <= 100'000, where + "epochs", phase.epochs,
          "0 to 100000");
  require(phase.start_share > 0 && phase.start_share < 1, where + "start_share", phase.start_share,
          "a share between 0 and 1");
  for (const double rate : phase.rates.value_or(std::array<double, 3>{})) {
    require(rate >= 0 && rate <= 10, where + "rates", rate, "0 to 10");
  }
}

void check_stage(const Stage& stage, const std::string& where) {
  const int r = stage.resolution;
  require(r == 1 || r == 2 || r == 4 || r == 8, where + "resolution", r, "1, 2, 4 or 8");
  require(stage.crop == 0 || (stage.crop >= 32 && stage.crop <= 16384), where + "crop", stage.crop,
          "0 (whole slices) or 32 to 16384 pixels");
  require(stage.batch >= 1 && stage.batch <= 4096, where + "batch", stage.batch, "1 to 4096");
  require(stage.accumulate >= 1 && stage.accumulate <= 4096, where + "accumulate", stage.accumulate,
          "1 to 4096");
  require(stage.epoch_samples >= 0 && stage.epoch_samples <= 100'000'000, where + "epoch_samples",
          stage.epoch_samples, "0 (each labelled slice once) to 100000000");
  check_phase(stage.frozen, where + "frozen.");
  check_phase(stage.unfrozen, where + "unfrozen.");
}

}  // namespace

Recipe recipe_named(std::string_view name) {
  for (Recipe (*make)() : {thorough, quick, tune, paper}) {
    Recipe recipe = make();
    if (recipe.name == name) {
      return recipe;
    }
  }
  throw option_error("--recipe", "'" + printable(name) +
                                     "': expected default, quick, tune, paper or a .json file");
}

Json to_json(const Recipe& recipe) { return written_fields(recipe); }

Recipe recipe_from_json(const Json& json) { return read_fields<Recipe>(json, ""); }

Recipe with_setting(const Recipe& recipe, std::string_view assignment) {
  const Json json = with_assignment(to_json(recipe), assignment);
  try {
    Recipe changed = recipe_from_json(json);
    check(changed);
    return changed;
  } catch (const Error& error) {
    throw option_error("--set", "'" + printable(assignment) + "': " + error.what());
  }
}

void check(const Recipe& recipe) {
  check(NetworkSpec{.encoder = recipe.encoder, .decoder = recipe.decoder});
  require(recipe.context >= 0 && recipe.context <= 2, "context", recipe.context, "0, 1 or 2");
  require(!recipe.repeat_grey || recipe.context == 0, "repeat_grey", recipe.repeat_grey,
          "false with neighbouring slices (context above 0)");
  require(recipe.foreground_share >= 0 && recipe.foreground_share <= 1, "foreground_share",
          recipe.foreground_share, "0 to 1");
  require(recipe.weight_decay >= 0 && recipe.weight_decay < 1, "weight_decay", recipe.weight_decay,
          "0 to below 1");
  require(recipe.gradient_clip >= 0, "gradient_clip", recipe.gradient_clip, "0 (none) or more");
  require(recipe.ema >= 0 && recipe.ema < 1, "ema", recipe.ema, "0 (none) to below 1");
  require(recipe.patience >= 0, "patience", recipe.patience, "0 (never) or more");
  check(recipe.augmentation, "augmentation.");
  require(!recipe.stages.empty(), "stages", Json::array(), "one stage at least");
  int epochs = 0;
  for (std::size_t i = 0; i < recipe.stages.size(); ++i) {
    check_stage(recipe.stages[i], "stages." + std::to_string(i) + ".");
    epochs += recipe.stages[i].unfrozen.epochs + recipe.stages[i].frozen.epochs;
  }
  require(epochs > 0, "stages.0.unfrozen.epochs", 0, "one epoch at least in one of the stages");
}

}  // namespace fossilct
