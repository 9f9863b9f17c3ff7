// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "filters/label_values.h"
#include "volumes/label_classes.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Labels to train on or to compare, and what a pass over them has found.
struct FoundLabels {
  std::string name;                      // as given
  std::unique_ptr<VolumeSource> source;  // u8, u16 or u32, values as in the file
  std::map<std::int64_t, LabelValue> values;
};

// The classes, sorted by value, background (value 0) first: those given; else those that the files
// name; else the values found. `ignored` is the value that is not counted. Throws Error{option} for
// a value given twice or ignored, Error{format} where files disagree about a name.
std::vector<LabelClass> classes_of(std::span<const FoundLabels> labels,
                                   const std::vector<LabelClass>& given,
                                   const std::optional<std::int64_t>& ignored);

// Throws Error{format} that names file, slice and value of a label that is of no class and not
// ignored.
void require_known_values(const FoundLabels& labels, const std::vector<LabelClass>& classes,
                          const std::optional<std::int64_t>& ignored);

// Throws Error{format} where the labels to train on hold one class, or none, with what to do;
// warns of classes that do not occur.
void require_several_classes(std::span<const FoundLabels> labels,
                             const std::vector<LabelClass>& classes,
                             const std::optional<std::int64_t>& ignored, Progress& progress);

// Class k is the k-th of them.
ClassValues values_of(const std::vector<LabelClass>& classes,
                      const std::optional<std::int64_t>& ignored);

// "0 background, 1 fossil".
std::string classes_text(const std::vector<LabelClass>& classes);

}  // namespace fossilct
