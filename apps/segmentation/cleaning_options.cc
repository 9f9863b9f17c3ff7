// SPDX-License-Identifier: Apache-2.0
#include "apps/segmentation/cleaning_options.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr double largest_radius = 100;

// "fossil=20" as class and value, "20" with an empty class.
std::pair<std::string, std::string> split_class(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  return equals == std::string::npos ? std::pair{std::string(), text}
                                     : std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

std::int64_t parse_count(const std::string& text) {
  const auto count = parse_integer(text);
  if (!count || *count < 0) {
    throw option_error("--min-voxels", "'" + printable(text) +
                                           "' is not a number of voxels; expected 100, or "
                                           "CLASS=100 for one class");
  }
  return *count;
}

double parse_radius(const std::string& text) {
  const auto radius = parse_double(text);
  if (!radius || !(*radius >= 0 && *radius <= largest_radius)) {
    throw option_error("--open", "'" + printable(text) +
                                     "' is not a radius from 0 to 100 voxels; expected 1.5, or "
                                     "CLASS=1.5 for one class");
  }
  return *radius;
}

std::uint8_t value_of(const std::string& option, const std::string& name,
                      const std::vector<LabelClass>& classes) {
  const auto found = std::find_if(classes.begin(), classes.end(), [&](const LabelClass& c) {
    return c.name == name || std::to_string(c.value) == name;
  });
  if (found != classes.end() && found->value != 0) {
    return static_cast<std::uint8_t>(found->value);
  }
  std::string known;
  for (const LabelClass& c : classes) {
    known += c.value == 0 ? "" : (known.empty() ? "" : ", ") + c.name;
  }
  throw option_error(option, "'" + printable(name) + "' is none of the classes: " + known);
}

// Calls set(cleaning, value) for each class that a list names.
template <typename T, typename Set>
void apply(const CleaningSettings::OfClass<T>& list, const std::string& option,
           const std::vector<LabelClass>& classes, CleanLabelsOptions& cleaning, Set&& set) {
  for (const auto& [name, value] : list) {
    for (const LabelClass& c : classes) {
      if (c.value != 0 && (name.empty() || c.value == value_of(option, name, classes))) {
        set(cleaning.of_class[static_cast<std::uint8_t>(c.value)], value);
      }
    }
  }
}

}  // namespace

void declare_cleaning_options(OptionSet& options, CleaningSettings& s) {
  options.section("Afterwards, in this order");
  options.repeated(
      "open", "[CLASS=]RADIUS",
      [&s](const std::string& text) {
        const auto [name, value] = split_class(text);
        s.opening_radius.emplace_back(name, parse_radius(value));
      },
      "Remove what a ball of this radius (voxels) does not fit into: thin bridges, spikes");
  options.repeated(
      "fill-holes", "all|CLASS",
      [&s](const std::string& text) {
        s.fill_holes.emplace_back(text == "all" ? std::string() : text, true);
      },
      "Background that a class encloses becomes the class");
  options.repeated(
      "min-voxels", "[CLASS=]N",
      [&s](const std::string& text) {
        const auto [name, value] = split_class(text);
        if (name.empty()) {
          s.fewest_voxels = parse_count(value);
        } else {
          s.fewest_voxels_of.emplace_back(name, parse_count(value));
        }
      },
      "Bodies of fewer voxels become background; without it fewer than " +
          std::to_string(s.fewest_voxels));
}

CleanLabelsOptions cleaning_of(const CleaningSettings& settings,
                               const std::vector<LabelClass>& classes) {
  CleanLabelsOptions cleaning;
  for (const LabelClass& c : classes) {
    if (c.value != 0) {
      cleaning.of_class[static_cast<std::uint8_t>(c.value)].fewest_voxels = settings.fewest_voxels;
    }
  }
  apply(settings.opening_radius, "--open", classes, cleaning,
        [](ClassCleaning& of, double radius) { of.opening_radius_voxels = radius; });
  apply(settings.fill_holes, "--fill-holes", classes, cleaning,
        [](ClassCleaning& of, bool fill) { of.fill_holes = fill; });
  apply(settings.fewest_voxels_of, "--min-voxels", classes, cleaning,
        [](ClassCleaning& of, std::int64_t count) { of.fewest_voxels = count; });
  return cleaning;
}

}  // namespace fossilct
