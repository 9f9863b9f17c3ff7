// SPDX-License-Identifier: Apache-2.0
#include "train/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "segment/scores.h"

namespace fossilct {
namespace {

void give_role(ScanSplit& split, const std::vector<std::int64_t>& slices, SliceRole role) {
  for (const std::int64_t z : slices) {
    split.roles[static_cast<std::size_t>(z)] = role;
  }
}

std::string range_text(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size() && i < 12; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  }
  return text + (numbers.size() > 12 ? ", ... " + std::to_string(numbers.back()) : "");
}

// Numbers of slices as their user counts them.
std::int64_t number_of(const LabelledScan& scan, std::int64_t z) {
  return slice_number(scan.scan->description(), z);
}

std::vector<std::int64_t> numbers_of(const LabelledScan& scan,
                                     const std::vector<std::int64_t>& slices) {
  std::vector<std::int64_t> numbers;
  for (const std::int64_t z : slices) {
    numbers.push_back(number_of(scan, z));
  }
  return numbers;
}

// At least one, and not all.
std::size_t validation_count(std::size_t labelled, double share) {
  const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(labelled)));
  return std::clamp<std::size_t>(wanted, 1, labelled - 1);
}

void split_block(ScanSplit& split, const std::vector<std::int64_t>& labelled, double share,
                 std::int64_t guard, const LabelledScan& scan) {
  const std::size_t first = labelled.size() - validation_count(labelled.size(), share);
  const std::int64_t begin = labelled[first];
  const auto end_of_training = std::lower_bound(labelled.begin(), labelled.end(), begin - guard);
  if (end_of_training == labelled.begin()) {
    throw Error(ErrorKind::option,
                scan.name + ": its " + std::to_string(labelled.size()) +
                    " labelled slices leave none for training before the validation block from "
                    "slice " +
                    std::to_string(number_of(scan, begin)) + " and a guard of " +
                    std::to_string(guard) +
                    " slices: label more, choose a smaller --guard or --validation-share, or name "
                    "the slices with --validate-slices");
  }
  give_role(split, {labelled.begin(), end_of_training}, SliceRole::training);
  give_role(split, {labelled.begin() + static_cast<std::ptrdiff_t>(first), labelled.end()},
            SliceRole::validation);
}

void split_named(ScanSplit& split, const std::vector<std::int64_t>& labelled,
                 const std::vector<std::int64_t>& wanted, const LabelledScan& scan) {
  give_role(split, labelled, SliceRole::training);
  const std::vector<std::int64_t> numbers = numbers_of(scan, labelled);
  for (const std::int64_t number : wanted) {
    const auto found = std::find(numbers.begin(), numbers.end(), number);
    if (found == numbers.end()) {
      throw option_error("--validate-slices", std::to_string(number) + " is no labelled slice of " +
                                                  scan.name + "; labelled are " +
                                                  range_text(numbers));
    }
    const auto z = labelled[static_cast<std::size_t>(found - numbers.begin())];
    split.roles[static_cast<std::size_t>(z)] = SliceRole::validation;
  }
}

void split_at_random(ScanSplit& split, const std::vector<std::int64_t>& labelled, double share,
                     std::uint64_t seed) {
  std::vector<std::int64_t> shuffled = labelled;
  std::sort(shuffled.begin(), shuffled.end(),
            [&](std::int64_t a, std::int64_t b) { return hash(seed, a) < hash(seed, b); });
  give_role(split, labelled, SliceRole::training);
  shuffled.resize(validation_count(labelled.size(), share));
  give_role(split, shuffled, SliceRole::validation);
}

void find_rows(ScanSplit& split) {
  const auto count = std::ssize(split.roles);
  for (std::int64_t begin = 0; begin < count; ++begin) {
    std::int64_t end = begin;
    while (end < count && split.roles[static_cast<std::size_t>(end)] == SliceRole::training) {
      ++end;
    }
    if (end - begin > split.rows_end - split.rows_begin && end - begin >= fewest_rows) {
      split.rows_begin = begin;
      split.rows_end = end;
    }
    begin = end;
  }
}

}  // namespace

std::vector<std::int64_t> ScanSplit::slices(SliceRole role) const {
  std::vector<std::int64_t> found;
  for (std::size_t z = 0; z < roles.size(); ++z) {
    if (roles[z] == role) {
      found.push_back(static_cast<std::int64_t>(z));
    }
  }
  return found;
}

ScanSplit all_slices(const LabelSurvey& survey, SliceRole role) {
  ScanSplit split{std::vector<SliceRole>(survey.slices.size(), SliceRole::unused)};
  give_role(split, survey.labelled_slices(), role);
  find_rows(split);
  return split;
}

ScanSplit split_scan(const LabelledScan& scan, const LabelSurvey& survey,
                     const ValidationOptions& options, int context, std::uint64_t seed) {
  using Kind = ValidationOptions::Kind;
  const std::vector<std::int64_t> labelled = survey.labelled_slices();
  if (labelled.empty()) {
    throw Error(ErrorKind::format, "labels of " + scan.name + ": no slice is labelled; all are " +
                                       std::to_string(ignored_label) + " (not looked at)");
  }
  if (options.kind == Kind::other_scans) {
    return all_slices(survey, SliceRole::training);
  }
  if (labelled.size() < 2) {
    throw Error(ErrorKind::format,
                scan.name +
                    ": one slice is labelled; expected two at least, one to train on and "
                    "one to validate on, or --validate-scan");
  }
  ScanSplit split{std::vector<SliceRole>(survey.slices.size(), SliceRole::unused)};
  switch (options.kind) {
    case Kind::named_slices:
      split_named(split, labelled, options.slices, scan);
      break;
    case Kind::random_slices:
      split_at_random(split, labelled, options.share, seed);
      break;
    default:
      split_block(split, labelled, options.share, options.guard + context, scan);
  }
  if (split.slices(SliceRole::training).empty()) {
    throw option_error("--validate-slices",
                       "names all labelled slices of " + scan.name + "; none is left to train on");
  }
  find_rows(split);
  return split;
}

}  // namespace fossilct
