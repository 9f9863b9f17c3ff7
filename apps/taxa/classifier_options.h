// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/taxa/image_sets.h"
#include "apps/taxa/machine_options.h"
#include "classify/taxon_recipe.h"

namespace fossilct {

// What `fossilct train-classifier` is told.
struct ClassifierSettings {
  ImageSetOptions images;
  std::filesystem::path output;
  std::filesystem::path report;  // empty: beside the model
  bool overwrite = false;

  std::string recipe = "default";
  std::string encoder = {};  // empty: the recipe's
  std::vector<std::string> assignments;
  std::filesystem::path weights;
  bool print_recipe = false;
  std::filesystem::path grid;

  int folds = 0;
  double validation_share = 0.2;

  MachineOptions machine;
};

void declare_classifier_options(OptionSet& options, ClassifierSettings& settings);

// The recipe with all that is given. Throws Error{option}.
TaxonRecipe effective_taxon_recipe(const ClassifierSettings& settings);

// "base-cyclic, 8 filters; 100 epochs at 0.001, one-cycle; ...": for people, as lines of facts.
std::string taxon_recipe_text(const TaxonRecipe& recipe);

}  // namespace fossilct
