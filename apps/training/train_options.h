// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/training/training_inputs.h"
#include "train/trainer.h"

namespace fossilct {

// What `fossilct train` is told.
struct TrainSettings {
  std::vector<std::filesystem::path> scans, labels;
  std::vector<std::filesystem::path> validation_scans, validation_labels;
  std::vector<std::filesystem::path> test_scans, test_labels;
  TrainingInputs inputs;  // its scans and labels are filled by finish()

  std::filesystem::path output;
  bool overwrite = false;
  bool keep_checkpoint = false;
  std::filesystem::path resume;

  std::string recipe;  // or a .json file; empty: default, or tune where a model is given
  bool print_recipe = false;
  std::vector<std::string> assignments;  // of --set
  // What has an option of its own; nothing: as the recipe says.
  std::optional<std::vector<Axis>> axes;
  std::optional<int> context;
  std::optional<LossKind> loss;
  struct ClassWeights {
    bool balance = false;
    std::vector<double> values;
  };
  std::optional<ClassWeights> class_weights;
  struct Rate {
    std::optional<double> value;  // nothing: to be found
  };
  std::optional<Rate> rate;
  std::optional<double> ema;
  std::filesystem::path encoder_weights;
  std::filesystem::path from_model;  // whose training goes on, on these scans
  bool from_scratch = false;

  std::string device = "auto";
  double cache_gib = 0;      // filled by declare_train_options() from `training`
  TrainingOptions training;  // seed, precision, validation, checkpoint_minutes
};

void declare_train_options(OptionSet& options, TrainSettings& settings);

// The recipe named or read from a file, with what else was given; its network is that of the model
// to go on from, where there is one. Throws Error{option} for settings that contradict each other,
// and as reading the model does.
Recipe effective_recipe(const TrainSettings& settings);

// Throws Error{option} for options that contradict each other or lack one another; pairs scans with
// labels and fills `inputs` and `training`. `threads` read the scans.
void finish(TrainSettings& settings, int threads);

// The epochs, rates and sizes of a recipe, a line a stage, for people.
std::string recipe_text(const Recipe& recipe, bool weights_given);

}  // namespace fossilct
