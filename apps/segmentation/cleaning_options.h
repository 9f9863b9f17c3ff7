// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/options.h"
#include "filters/clean_labels.h"
#include "volumes/label_classes.h"

namespace fossilct {

// What is done to predicted labels, as it was given: for every class, or for one by name or value.
struct CleaningSettings {
  template <typename T>
  using OfClass = std::vector<std::pair<std::string, T>>;  // an empty name: every class

  std::int64_t fewest_voxels = 8;
  OfClass<std::int64_t> fewest_voxels_of;
  OfClass<bool> fill_holes;
  OfClass<double> opening_radius;
};

void declare_cleaning_options(OptionSet& options, CleaningSettings& settings);

// Throws Error{option} naming a class that is none of `classes`.
CleanLabelsOptions cleaning_of(const CleaningSettings& settings,
                               const std::vector<LabelClass>& classes);

}  // namespace fossilct
