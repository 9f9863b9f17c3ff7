// SPDX-License-Identifier: Apache-2.0
#include "train/split.h"

#include <algorithm>
#include <cmath>
#include <iterator>
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

struct Guard {
  std::int64_t numbers;  // of the scan's slices, as they are counted by its user
  std::int64_t context;  // neighbours that the network sees
};

// Labelled slices that are farther than the guard from those of a block, `count` of them.
std::vector<std::int64_t> away_from(const std::vector<std::int64_t>& labelled, std::size_t first,
                                    std::size_t count, const Guard& guard,
                                    const LabelledScan& scan) {
  const std::int64_t begin = labelled[first], last = labelled[first + count - 1];
  const auto apart = [&](std::int64_t a, std::int64_t b) {
    return b - a > guard.context && number_of(scan, b) - number_of(scan, a) > guard.numbers;
  };
  std::vector<std::int64_t> away;
  std::copy_if(labelled.begin(), labelled.end(), std::back_inserter(away),
               [&](std::int64_t z) { return apart(z, begin) || apart(last, z); });
  return away;
}

bool holds_foreground(const LabelSurvey& survey, const std::vector<std::int64_t>& slices) {
  return std::any_of(slices.begin(), slices.end(), [&](std::int64_t z) {
    const std::vector<std::int64_t>& counts = survey.slices[static_cast<std::size_t>(z)].counts;
    return std::any_of(counts.begin() + 1, counts.end(), [](std::int64_t n) { return n > 0; });
  });
}

// The last block, or the last one before it with foreground in it and outside it.
void split_block(ScanSplit& split, const std::vector<std::int64_t>& labelled,
                 const LabelSurvey& survey, double share, const Guard& guard,
                 const LabelledScan& scan) {
  const std::size_t count = validation_count(labelled.size(), share);
  const std::size_t last = labelled.size() - count;
  const auto block_from = [&](std::size_t first) {
    const auto begin = labelled.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<std::int64_t>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  std::size_t chosen = last;
  for (std::size_t back = 0; back <= last; back += std::max<std::size_t>(1, count / 2)) {
    if (holds_foreground(survey, block_from(last - back)) &&
        holds_foreground(survey, away_from(labelled, last - back, count, guard, scan))) {
      chosen = last - back;
      break;
    }
  }
  const std::vector<std::int64_t> block = block_from(chosen);
  const std::vector<std::int64_t> training = away_from(labelled, chosen, count, guard, scan);
  if (training.empty()) {
    throw Error(ErrorKind::option,
                scan.name + ": its " + std::to_string(labelled.size()) +
                    " labelled slices leave none for training beside the validation block from "
                    "slice " +
                    std::to_string(number_of(scan, block.front())) + " and a guard of " +
                    std::to_string(guard.numbers) +
                    " slices: label more, choose a smaller --guard or --validate-share, or name "
                    "the slices with --validate-slices");
  }
  if (chosen != last) {
    split.note = scan.name + ": the last block has no foreground in it or outside it; slices " +
                 std::to_string(number_of(scan, block.front())) + " to " +
                 std::to_string(number_of(scan, block.back())) + " validate in its place";
  }
  give_role(split, training, SliceRole::training);
  give_role(split, block, SliceRole::validation);
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
      split_block(split, labelled, survey, options.share, {options.guard + context, context}, scan);
  }
  if (split.slices(SliceRole::training).empty()) {
    throw option_error("--validate-slices",
                       "names all labelled slices of " + scan.name + "; none is left to train on");
  }
  find_rows(split);
  return split;
}

}  // namespace fossilct
