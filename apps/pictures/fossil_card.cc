// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_card.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "apps/cli/facts.h"
#include "base/text.h"

namespace fossilct {

namespace {

struct Line {
  const char* measurement;
  const char* words;
  int dimension;  // of a length: 1, of a volume 3, of a number 0
};

constexpr Line diameter = {"equivalent_diameter", "diameter", 1};
constexpr std::array lines = {diameter,
                              Line{"feret_maximum", "longest", 1},
                              Line{"feret_minimum", "thinnest", 1},
                              Line{"volume", "volume", 3},
                              Line{"sphericity", "sphericity", 0},
                              Line{"wall_thickness_mean", "wall", 1},
                              Line{"chambers", "chambers", 0}};

// To three digits, which is more than a segmentation knows.
std::string three_digits(double value) {
  const double unit = value == 0 ? 1 : std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
  const double rounded = std::round(value / unit) * unit;
  return rounded >= 1000 ? format_count(std::llround(rounded)) : format_rounded(rounded);
}

// Lengths of a millimetre and more are in mm, volumes as of a cube of that edge.
std::string with_unit(double value, int dimension, const Grid& grid) {
  if (dimension == 0) {
    return three_digits(value);
  }
  const char* power = dimension == 3 ? "³" : "";
  if (!grid.spacing_known) {
    return three_digits(value) + (dimension == 3 ? " voxels" : " voxel edges");
  }
  const double um_in_mm = std::pow(1000, dimension);
  const bool large = value >= (dimension == 3 ? um_in_mm / 1000 : um_in_mm);
  return large ? three_digits(value / um_in_mm) + " mm" + power
               : three_digits(value) + " µm" + power;
}

std::optional<double> measured(const CatalogueEntry& entry, const char* name) {
  const auto& all = entry.specimen.measurements;
  const auto found = std::ranges::find(all, name, &Measurement::name);
  return found == all.end() ? std::nullopt : found->value;
}

}  // namespace

CardText card_text(const CatalogueEntry& entry, const Grid& grid) {
  const Specimen& fossil = entry.specimen;
  CardText text = {
      std::to_string(fossil.id) + "  " + entry.class_name + ", " + to_string(entry.verdict), {}};
  for (const Line& line : lines) {
    if (const auto value = measured(entry, line.measurement)) {
      text.lines.push_back(line.words + (" " + with_unit(*value, line.dimension, grid)));
    }
  }
  text.lines.push_back(counted(fossil.voxels, "voxel"));
  if (fossil.truncated) {
    text.lines.emplace_back("cut by the border");
  }
  return text;
}

std::string diameter_text(const CatalogueEntry& entry, const Grid& grid) {
  const auto value = measured(entry, diameter.measurement);
  return value ? with_unit(*value, diameter.dimension, grid) : "";
}

}  // namespace fossilct
