// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "classify/cross_validation.h"
#include "classify/taxon_recipe.h"

namespace fossilct {

inline constexpr int default_grid_folds = 5;

// One recipe of a grid, with what it differs by from the others.
struct GridRecipe {
  std::vector<std::pair<std::string, std::string>> settings;  // field, value
  TaxonRecipe recipe;
};

// Every combination of a file's lines "FIELD = VALUE | VALUE ...", the last line's values changing
// fastest; fields are those of --set, empty lines and what follows # are passed over. Throws
// Error{file}; Error{format} naming the line.
std::vector<GridRecipe> read_recipe_grid(const std::filesystem::path& path,
                                         const TaxonRecipe& base);

struct GridRow {
  GridRecipe of;
  CrossValidation result;
  double calibration_error = 0;
  double seconds = 0;
};
// Each recipe cross-validated in the same parts; a notice after each.
std::vector<GridRow> compare_recipes(const std::vector<GridRecipe>& grid, const ImageSet& set,
                                     int folds, TaxonTrainingOptions options, Progress& progress);

Json grid_json(const std::vector<GridRow>& rows);
// A table, the best first.
std::string grid_text(const std::vector<GridRow>& rows);

}  // namespace fossilct
