// SPDX-License-Identifier: Apache-2.0
#include "apps/training/training_labels.h"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/text.h"
#include "io/label_slices.h"

namespace fossilct {

namespace {

const LabelClass background = {0, "background", {0, 0, 0}};
// A label of a network is 8 bit, and 255 is what is not counted.
constexpr std::size_t most_classes = 255;

const LabelClass* class_with(const std::vector<LabelClass>& classes, std::int64_t value) {
  const auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const LabelClass& c) { return c.value == value; });
  return found == classes.end() ? nullptr : &*found;
}

void require_given_classes(const std::vector<LabelClass>& given,
                           const std::optional<std::int64_t>& ignored) {
  for (const LabelClass& c : given) {
    const auto same = [&](const LabelClass& other) { return other.value == c.value; };
    if (std::count_if(given.begin(), given.end(), same) > 1) {
      throw option_error("--class", "the value " + std::to_string(c.value) + " is given twice");
    }
    if (ignored == c.value) {
      throw option_error("--class", "the value " + std::to_string(c.value) + " (" + c.name +
                                        ") is what --ignore leaves out of account; give --ignore "
                                        "none, or another value that is ignored");
    }
  }
}

std::vector<LabelClass> named_in_files(std::span<const FoundLabels> labels,
                                       const std::optional<std::int64_t>& ignored) {
  std::vector<LabelClass> classes;
  std::map<std::int64_t, std::string> first_file;
  for (const FoundLabels& file : labels) {
    for (const LabelClass& c : file.source->description().classes) {
      const LabelClass* const known = class_with(classes, c.value);
      if (known == nullptr && c.value != ignored) {
        classes.push_back(c);
        first_file[c.value] = file.name;
      } else if (known != nullptr && known->name != c.name) {
        throw Error(ErrorKind::format, file.name + ": label " + std::to_string(c.value) + " is " +
                                           c.name + ", in " + first_file[c.value] + " it is " +
                                           known->name + "; give the classes of both as --class " +
                                           std::to_string(c.value) + "=NAME ...");
      }
    }
  }
  return classes;
}

// Names of our own, since nobody has told us any.
std::vector<LabelClass> found_in_files(std::span<const FoundLabels> labels,
                                       const std::optional<std::int64_t>& ignored) {
  std::vector<LabelClass> classes;
  for (const FoundLabels& file : labels) {
    for (const auto& [value, found] : file.values) {
      if (value != 0 && value != ignored && class_with(classes, value) == nullptr) {
        classes.push_back(
            parse_label_class(std::to_string(value) + "=class " + std::to_string(value)));
      }
    }
  }
  if (classes.size() == 1) {
    classes.front().name = "foreground";
  }
  return classes;
}

std::int64_t voxels_with(std::span<const FoundLabels> labels, std::int64_t value) {
  std::int64_t count = 0;
  for (const FoundLabels& file : labels) {
    const auto found = file.values.find(value);
    count += found == file.values.end() ? 0 : found->second.count;
  }
  return count;
}

std::string names_of(std::span<const FoundLabels> labels) {
  std::string names;
  for (const FoundLabels& file : labels) {
    names += (names.empty() ? "" : ", ") + file.name;
  }
  return names;
}

// What may have gone wrong where only one class is there: most often a mask of 0 and 255.
std::string remedy_for_one_class(std::int64_t not_counted,
                                 const std::optional<std::int64_t>& ignored) {
  if (not_counted == 0) {
    return "draw the bodies that are to be found";
  }
  const std::string value = std::to_string(*ignored);
  return "besides it, " + counted(not_counted, "voxel") + " have the value " + value +
         ", which stands for \"nobody has looked\": if it is what is to be found, give --ignore "
         "none --class " +
         value + "=fossil";
}

}  // namespace

std::vector<LabelClass> classes_of(std::span<const FoundLabels> labels,
                                   const std::vector<LabelClass>& given,
                                   const std::optional<std::int64_t>& ignored) {
  require_given_classes(given, ignored);
  std::vector<LabelClass> classes = given.empty() ? named_in_files(labels, ignored) : given;
  if (classes.empty()) {
    classes = found_in_files(labels, ignored);
  }
  if (class_with(classes, 0) == nullptr) {
    classes.push_back(background);
  }
  std::sort(classes.begin(), classes.end(),
            [](const LabelClass& a, const LabelClass& b) { return a.value < b.value; });
  if (classes.size() > most_classes) {
    throw Error(ErrorKind::format, names_of(labels) + ": " + std::to_string(classes.size()) +
                                       " classes; a network tells 2 to 255 apart");
  }
  return classes;
}

void require_known_values(const FoundLabels& labels, const std::vector<LabelClass>& classes,
                          const std::optional<std::int64_t>& ignored) {
  for (const auto& [value, found] : labels.values) {
    if (value == ignored || class_with(classes, value) != nullptr) {
      continue;
    }
    const std::string number = std::to_string(value);
    throw Error(ErrorKind::format,
                labels.name + ": the label " + number + " is of no class; it is at x " +
                    std::to_string(found.first.x) + ", y " + std::to_string(found.first.y) +
                    " of slice " + slice_text(labels.source->description(), found.first.z) +
                    " and in " + counted(found.count, "voxel") +
                    " in all. Classes: " + classes_text(classes) + "; name it with --class " +
                    number + "=NAME beside the others" +
                    (ignored ? ", or leave it out of account with --ignore " + number : ""));
  }
}

void require_several_classes(std::span<const FoundLabels> labels,
                             const std::vector<LabelClass>& classes,
                             const std::optional<std::int64_t>& ignored, Progress& progress) {
  std::vector<LabelClass> there;
  std::vector<LabelClass> absent;
  for (const LabelClass& c : classes) {
    (voxels_with(labels, c.value) > 0 ? there : absent).push_back(c);
  }
  if (there.size() < 2) {
    const std::int64_t not_counted = ignored ? voxels_with(labels, *ignored) : 0;
    throw Error(
        ErrorKind::format,
        names_of(labels) + ": the labels hold " +
            (there.empty() ? std::string("no class") : "only one class, " + classes_text(there)) +
            ", so there is nothing to tell apart; " + remedy_for_one_class(not_counted, ignored));
  }
  if (!absent.empty()) {
    progress.warning(names_of(labels) + ": no voxel is labelled " + classes_text(absent) +
                     "; nothing of it can be learned");
  }
}

ClassValues values_of(const std::vector<LabelClass>& classes,
                      const std::optional<std::int64_t>& ignored) {
  ClassValues result;
  for (const LabelClass& c : classes) {
    result.values.push_back(c.value);
  }
  result.ignored = ignored;
  return result;
}

std::string classes_text(const std::vector<LabelClass>& classes) {
  std::string text;
  for (const LabelClass& c : classes) {
    text += (text.empty() ? "" : ", ") + std::to_string(c.value) + " " + c.name;
  }
  return text;
}

}  // namespace fossilct
