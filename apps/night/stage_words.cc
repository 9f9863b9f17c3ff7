// SPDX-License-Identifier: Apache-2.0
#include "apps/night/stage_words.h"

#include <algorithm>
#include <utility>

#include "apps/night/stage_commands.h"
#include "base/text.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

// They change how fast and with how much memory, not what comes out.
constexpr std::string_view without_effect[] = {"threads",   "memory", "scratch",
                                               "cache-gib", "batch",  "checkpoint-minutes"};
constexpr std::string_view changed_for_less[] = {"threads", "batch", "device"};

template <std::size_t N>
bool is_among(const std::string_view (&names)[N], const std::string& name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_on(const JobOption& option) {
  const std::string word = lower(option.value);
  if (word == "true" || word == "yes" || word == "on" || word == "1") {
    return true;
  }
  if (word == "false" || word == "no" || word == "off" || word == "0") {
    return false;
  }
  throw Error(ErrorKind::option, option.where + ": " + option.name + ": '" + option.value +
                                     "' is neither true nor false");
}

}  // namespace

StageWords::StageWords(const StageCommand& command, std::vector<JobOption> options, int threads)
    : command_(command), options_(std::move(options)), threads_(threads) {
  for (const JobOption& option : options_) {
    if (is_flag(option)) {
      is_on(option);
    }
  }
}

StageWords& StageWords::give(const std::string& argument) {
  given_.push_back(argument);
  return *this;
}

StageWords& StageWords::give(const std::string& option, const std::string& value) {
  given_.push_back("--" + option);
  given_.push_back(value);
  return *this;
}

bool StageWords::knows(const std::string& option) const {
  return std::any_of(command_.options.begin(), command_.options.end(),
                     [&](const StageOption& known) { return known.name == option; });
}

bool StageWords::is_flag(const JobOption& option) const {
  return std::any_of(command_.options.begin(), command_.options.end(),
                     [&](const StageOption& known) {
                       return known.name == option.name && known.value_name.empty();
                     });
}

bool StageWords::has(const std::string& option) const {
  return std::any_of(options_.begin(), options_.end(), [&](const JobOption& given) {
    return given.name == option && (!is_flag(given) || is_on(given));
  });
}

std::vector<std::string> StageWords::words(bool with_less) const {
  std::vector<std::string> words = {command_of_stage(command_.stage)};
  words.insert(words.end(), given_.begin(), given_.end());
  for (const JobOption& option : options_) {
    if (with_less && is_among(changed_for_less, option.name)) {
      continue;
    }
    if (!is_flag(option)) {
      words.push_back("--" + option.name + "=" + option.value);
    } else if (is_on(option)) {
      words.push_back("--" + option.name);
    }
  }
  return words;
}

std::vector<std::string> StageWords::all() const {
  std::vector<std::string> result = words(false);
  if (!has("threads")) {
    result.insert(result.end(), {"--threads", std::to_string(threads_)});
  }
  return result;
}

std::vector<std::string> StageWords::with_less(bool by_network) const {
  std::vector<std::string> result = words(true);
  result.insert(result.end(), {"--threads", "1"});
  if (by_network && knows("device")) {
    result.insert(result.end(), {"--device", "cpu"});
  }
  if (by_network && knows("batch")) {
    const auto batch = std::find_if(options_.begin(), options_.end(),
                                    [](const JobOption& option) { return option.name == "batch"; });
    const std::int64_t whole =
        batch == options_.end() ? 0 : parse_integer(batch->value).value_or(0);
    result.insert(result.end(), {"--batch", std::to_string(std::max<std::int64_t>(1, whole / 2))});
  }
  return result;
}

std::vector<std::string> StageWords::identity() const {
  std::vector<std::string> identity;
  for (const JobOption& option : options_) {
    if (!is_among(without_effect, option.name)) {
      identity.push_back(option.name + "=" +
                         (is_flag(option) ? (is_on(option) ? "on" : "off") : option.value));
    }
  }
  return identity;
}

std::vector<fs::path> StageWords::named_files(const fs::path& folder) const {
  std::vector<fs::path> files;
  for (const JobOption& option : options_) {
    const fs::path path = folder / option.value;
    std::error_code ignored;
    if (!is_among(without_effect, option.name) && !option.value.empty() &&
        fs::exists(path, ignored)) {
      files.push_back(path);
    }
  }
  return files;
}

}  // namespace fossilct
