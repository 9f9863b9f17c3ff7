// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/recipe_grid.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>

#include "apps/cli/facts.h"
#include "apps/taxa/taxon_evaluation.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

// One line's field in each of its values, for every recipe so far.
std::vector<GridRecipe> multiplied(const std::vector<GridRecipe>& grid, const std::string& field,
                                   const std::vector<std::string>& values) {
  std::vector<GridRecipe> larger;
  for (const GridRecipe& of : grid) {
    for (const std::string& value : values) {
      GridRecipe& next = larger.emplace_back(of);
      next.settings.emplace_back(field, value);
      next.recipe = with_setting(of.recipe, field + "=" + value);
    }
  }
  return larger;
}

double calibration_error_of(const ImageSet& set, const CrossValidation& result) {
  return score_taxa(judged_specimens({set, set.taxa, result.answers}),
                    static_cast<int>(set.taxa.size()), {.draws = 0})
      .figures.calibration_error;
}

std::vector<std::size_t> best_first(const std::vector<GridRow>& rows) {
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rows[a].result.right > rows[b].result.right;
  });
  return order;
}

}  // namespace

std::vector<GridRecipe> read_recipe_grid(const std::filesystem::path& path,
                                         const TaxonRecipe& base) {
  std::ifstream file(path);
  if (!file) {
    throw file_errno_error(path, "can't read");
  }
  std::vector<GridRecipe> grid = {{{}, base}};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string text(trim(line.substr(0, line.find('#'))));
    if (text.empty()) {
      continue;
    }
    const std::string where = "line " + std::to_string(number) + ": ";
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw format_error(path, where + "'" + printable(text) +
                                   "': expected FIELD = VALUE | VALUE ..., as batch = 16 | 32");
    }
    std::vector<std::string> values;
    for (const std::string& value : split(text.substr(equals + 1), '|')) {
      values.emplace_back(trim(value));
    }
    try {
      grid = multiplied(grid, std::string(trim(text.substr(0, equals))), values);
    } catch (const Error& error) {
      throw format_error(path, where + error.what());
    }
  }
  return grid;
}

std::vector<GridRow> compare_recipes(const std::vector<GridRecipe>& grid, const ImageSet& set,
                                     int folds, TaxonTrainingOptions options, Progress& progress) {
  std::vector<GridRow> rows;
  for (const GridRecipe& of : grid) {
    options.recipe = of.recipe;
    const auto begin = std::chrono::steady_clock::now();
    CrossValidation result = cross_validate(set, folds, options, progress);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const double error = calibration_error_of(set, result);
    rows.push_back({of, std::move(result), error, seconds.count()});
    progress.notice(std::to_string(rows.size()) + " of " + counted(std::ssize(grid), "recipe") +
                    ": " + percent_text(rows.back().result.accuracy.value) + " right");
  }
  return rows;
}

Json grid_json(const std::vector<GridRow>& rows) {
  Json json = Json::array();
  for (const GridRow& row : rows) {
    Json settings = Json::object();
    for (const auto& [field, value] : row.of.settings) {
      settings[field] = value;
    }
    json.push_back({{"settings", std::move(settings)},
                    {"right", row.result.right},
                    {"specimens", row.result.tested},
                    {"accuracy", row.result.accuracy.value},
                    {"interval_95", {row.result.accuracy.low, row.result.accuracy.high}},
                    {"deviation", row.result.deviation},
                    {"calibration_error", row.calibration_error},
                    {"seconds", row.seconds}});
  }
  return json;
}

std::string grid_text(const std::vector<GridRow>& rows) {
  std::vector<std::vector<std::string>> cells = {{}};
  for (const auto& [field, value] : rows.front().of.settings) {
    cells[0].push_back(field);
  }
  for (const char* title : {"right", "accuracy", "95% interval", "deviation", "seconds"}) {
    cells[0].emplace_back(title);
  }
  for (const std::size_t i : best_first(rows)) {
    std::vector<std::string>& line = cells.emplace_back();
    for (const auto& [field, value] : rows[i].of.settings) {
      line.push_back(value);
    }
    const CrossValidation& result = rows[i].result;
    line.push_back(std::to_string(result.right) + " of " + std::to_string(result.tested));
    line.push_back(percent_text(result.accuracy.value));
    line.push_back(percent_text(result.accuracy.low) + " to " + percent_text(result.accuracy.high));
    line.push_back(percent_text(result.deviation));
    line.push_back(format_rounded(std::round(10 * rows[i].seconds) / 10));
  }
  return columns_text(cells);
}

}  // namespace fossilct
