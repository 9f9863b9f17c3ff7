// SPDX-License-Identifier: Apache-2.0
#include "io/slice_names.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::size_t most_missing_listed = 10;
// More digits do not fit in 64 bits.
constexpr std::size_t most_digits = 18;

struct Run {
  std::size_t begin = 0;  // in the name
  std::string digits;
};

// "s12_t03.tif" = pattern "s#_t#" and the runs 12, 03.
struct Name {
  std::string pattern;
  std::vector<Run> runs;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Name parse_name(const std::string& file_name) {
  const std::string stem = std::filesystem::path(file_name).stem().string();
  Name name;
  for (std::size_t i = 0; i < stem.size();) {
    if (!is_digit(stem[i])) {
      name.pattern += stem[i++];
      continue;
    }
    std::size_t end = i;
    while (end < stem.size() && is_digit(stem[end])) {
      ++end;
    }
    name.pattern += '#';
    name.runs.push_back({i, stem.substr(i, end - i)});
    i = end;
  }
  return name;
}

std::string_view significant(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return digits.substr(first);
}

void require_one_pattern(const std::vector<Name>& parsed, const std::vector<std::string>& names,
                         const std::string& folder) {
  std::map<std::string, std::pair<std::size_t, std::int64_t>> patterns;  // first name, count
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    ++patterns.try_emplace(parsed[i].pattern, i, 0).first->second.second;
  }
  if (patterns.size() == 1) {
    return;
  }
  std::string examples;
  std::size_t listed = 0;
  for (const auto& [pattern, found] : patterns) {
    if (listed++ < 4) {
      examples += (examples.empty() ? "" : ", ") + names[found.first] + " (" +
                  std::to_string(found.second) + (found.second == 1 ? " file)" : " files)");
    }
  }
  throw format_error(folder, "the images have names of " + std::to_string(patterns.size()) +
                                 " patterns, e.g. " + examples +
                                 "; expected one series, numbered: put each into a folder of its "
                                 "own");
}

std::optional<std::size_t> last_run_that_varies(const std::vector<Name>& parsed) {
  for (std::size_t run = parsed[0].runs.size(); run-- > 0;) {
    const std::string_view first = significant(parsed[0].runs[run].digits);
    for (const Name& name : parsed) {
      if (significant(name.runs[run].digits) != first) {
        return run;
      }
    }
  }
  return std::nullopt;
}

[[noreturn]] void fail_twice(const std::string& a, const std::string& b, const Name& parsed_a,
                             const Name& parsed_b, std::size_t run, const std::string& folder) {
  bool series_differ = false;
  for (std::size_t i = 0; i < run; ++i) {
    series_differ |= significant(parsed_a.runs[i].digits) != significant(parsed_b.runs[i].digits);
  }
  throw format_error(folder, series_differ ? "holds more than one series of slices, e.g. " + a +
                                                 " and " + b + "; put each into a folder of its own"
                                           : "a slice number occurs twice: " + a + " and " + b +
                                                 "; take one of them out");
}

void find_missing(const std::vector<std::int64_t>& numbers, SliceOrder& result) {
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    result.step =
        i == 1 ? numbers[1] - numbers[0] : std::gcd(result.step, numbers[i] - numbers[i - 1]);
  }
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    result.missing_count += (numbers[i] - numbers[i - 1]) / result.step - 1;
    for (std::int64_t n = numbers[i - 1] + result.step;
         n < numbers[i] && result.missing.size() < most_missing_listed; n += result.step) {
      result.missing.push_back(n);
    }
  }
}

// `name` with the digits of `run` replaced by `number`, as wide as they were.
std::string name_with_number(const std::string& name, const Run& run, std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < run.digits.size()) {
    digits.insert(0, run.digits.size() - digits.size(), '0');
  }
  return name.substr(0, run.begin) + digits + name.substr(run.begin + run.digits.size());
}

}  // namespace

SliceOrder order_slices(const std::vector<std::string>& names, const std::string& folder) {
  SliceOrder result;
  result.order.resize(names.size());
  std::iota(result.order.begin(), result.order.end(), std::size_t{0});
  if (names.size() < 2) {
    return result;
  }
  std::vector<Name> parsed(names.size());
  std::transform(names.begin(), names.end(), parsed.begin(), parse_name);
  require_one_pattern(parsed, names, folder);
  const std::optional<std::size_t> run = last_run_that_varies(parsed);
  if (!run) {
    fail_twice(names[0], names[1], parsed[0], parsed[1], 0, folder);
  }
  const auto digits_of = [&](std::size_t i) { return significant(parsed[i].runs[*run].digits); };
  std::sort(result.order.begin(), result.order.end(), [&](std::size_t a, std::size_t b) {
    const std::string_view m = digits_of(a);
    const std::string_view n = digits_of(b);
    return m != n ? natural_less(m, n) : natural_less(names[a], names[b]);
  });
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t here = result.order[i];
    if (i > 0 && digits_of(here) == digits_of(result.order[i - 1])) {
      const std::size_t before = result.order[i - 1];
      fail_twice(names[before], names[here], parsed[before], parsed[here], *run, folder);
    }
    if (digits_of(here).size() > most_digits) {
      return result;
    }
    numbers.push_back(*parse_integer(digits_of(here)));
  }
  result.numbered = true;
  find_missing(numbers, result);
  result.numbers = std::move(numbers);
  if (!result.missing.empty()) {
    const std::size_t first = result.order[0];
    result.example_of_missing =
        name_with_number(names[first], parsed[first].runs[*run], result.missing[0]);
  }
  return result;
}

std::optional<std::int64_t> last_number(const std::string& file_name) {
  const Name name = parse_name(file_name);
  if (name.runs.empty() || significant(name.runs.back().digits).size() > most_digits) {
    return std::nullopt;
  }
  return parse_integer(significant(name.runs.back().digits));
}

}  // namespace fossilct
