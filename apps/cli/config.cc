// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/config.h"

#include <algorithm>

#include "base/text.h"

namespace fossilct {

namespace {

void require_known_section(const IniSection& section, const std::filesystem::path& path,
                           const std::vector<std::string>& all_commands) {
  if (section.name.empty() ||
      std::find(all_commands.begin(), all_commands.end(), section.name) != all_commands.end()) {
    return;
  }
  const auto near = closest_match(section.name, all_commands);
  throw ini_error(path, section.line,
                  "the section [" + section.name + "] is no command" +
                      (near ? "; did you mean [" + *near + "]?" : ""));
}

// A `#` belongs to the value; should that turn out wrong, its error says what else was meant.
std::string place_of(const IniEntry& entry, const std::filesystem::path& path) {
  const bool trailing =
      entry.value.find(" #") != std::string::npos || entry.value.find(" ;") != std::string::npos;
  return ini_place(path, entry.line) + (trailing ? " (a comment needs a line of its own)" : "");
}

void add_entry(const IniEntry& entry, const std::filesystem::path& path, const std::string& command,
               const OptionSet& options, std::vector<GivenOption>& given) {
  const Option* option = options.find(entry.key);
  if (option == nullptr) {
    throw ini_error(path, entry.line,
                    options.unknown_message(entry.key) + " (command " + command + ")");
  }
  if (entry.key == "config" || entry.key == "help") {
    throw ini_error(path, entry.line, entry.key + " can't stand in a configuration file");
  }
  const auto earlier = std::find_if(given.begin(), given.end(), [&](const GivenOption& other) {
    return other.name == entry.key;
  });
  if (earlier != given.end() && !option->repeatable) {
    throw ini_error(path, entry.line, entry.key + " is given already in " + earlier->where);
  }
  given.push_back({entry.key, entry.value, place_of(entry, path)});
}

}  // namespace

std::vector<GivenOption> options_from_config(const std::vector<IniSection>& sections,
                                             const std::filesystem::path& path,
                                             const std::string& command,
                                             const std::vector<std::string>& all_commands,
                                             const OptionSet& options) {
  std::vector<GivenOption> given;
  for (const IniSection& section : sections) {
    require_known_section(section, path, all_commands);
    if (!section.name.empty() && section.name != command) {
      continue;
    }
    for (const IniEntry& entry : section.entries) {
      add_entry(entry, path, command, options, given);
    }
  }
  return given;
}

}  // namespace fossilct
