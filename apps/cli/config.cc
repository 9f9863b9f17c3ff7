// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/config.h"

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::string place(const std::filesystem::path& path, int line) {
  return path.string() + " line " + std::to_string(line);
}

Error config_error(const std::filesystem::path& path, int line, const std::string& what) {
  return Error(ErrorKind::option, place(path, line) + ": " + what);
}

std::string unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

// A line as a message shows it: cut where it is long, as the lines of a file that is no text are.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  return "'" + std::string(text.substr(0, most)) + (text.size() > most ? "...'" : "'");
}

void require_text(std::string_view line, const std::filesystem::path& path, int number) {
  const bool binary = std::any_of(line.begin(), line.end(), [](char c) {
    return c != '\t' && c != '\r' && static_cast<unsigned char>(c) < 0x20;
  });
  if (binary) {
    throw config_error(path, number, "this is no text; expected lines of the form key = value");
  }
}

void drop_byte_order_mark(std::string& line) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (line.starts_with(mark)) {
    line.erase(0, mark.size());
  }
}

void require_known_section(const ConfigEntry& entry, const std::filesystem::path& path,
                           const std::vector<std::string>& all_commands) {
  if (entry.section.empty() ||
      std::find(all_commands.begin(), all_commands.end(), entry.section) != all_commands.end()) {
    return;
  }
  const auto near = closest_match(entry.section, all_commands);
  throw config_error(path, entry.line,
                     "the section [" + entry.section + "] is no command" +
                         (near ? "; did you mean [" + *near + "]?" : ""));
}

}  // namespace

std::vector<ConfigEntry> read_config(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream || std::filesystem::is_directory(path)) {
    throw option_error("--config", path.string() +
                                       ": can't read this file; expected an INI file "
                                       "with lines like spacing-um = 2");
  }
  std::vector<ConfigEntry> entries;
  std::string section;
  std::string raw;
  for (int line = 1; std::getline(stream, raw); ++line) {
    if (line == 1) {
      drop_byte_order_mark(raw);
    }
    require_text(raw, path, line);
    const std::string_view text = trim(raw);
    if (text.empty() || text.front() == '#' || text.front() == ';') {
      continue;
    }
    if (text.front() == '[') {
      if (text.back() != ']' || trim(text.substr(1, text.size() - 2)).empty()) {
        throw config_error(path, line, shown(text) + " is no heading like [import]");
      }
      section = trim(text.substr(1, text.size() - 2));
      continue;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw config_error(path, line,
                         shown(text) + " is not of the form key = value" +
                             (equals == 0 ? "" : ", as overwrite = true for a switch"));
    }
    entries.push_back({section, std::string(trim(text.substr(0, equals))),
                       unquoted(trim(text.substr(equals + 1))), line});
  }
  return entries;
}

std::vector<GivenOption> options_from_config(const std::vector<ConfigEntry>& entries,
                                             const std::filesystem::path& path,
                                             const std::string& command,
                                             const std::vector<std::string>& all_commands,
                                             const OptionSet& options) {
  std::vector<GivenOption> given;
  for (const ConfigEntry& entry : entries) {
    require_known_section(entry, path, all_commands);
    if (!entry.section.empty() && entry.section != command) {
      continue;
    }
    const Option* option = options.find(entry.key);
    if (option == nullptr) {
      throw config_error(path, entry.line,
                         options.unknown_message(entry.key) + " (command " + command + ")");
    }
    if (entry.key == "config" || entry.key == "help") {
      throw config_error(path, entry.line, entry.key + " can't stand in a configuration file");
    }
    const auto earlier = std::find_if(given.begin(), given.end(), [&](const GivenOption& other) {
      return other.name == entry.key;
    });
    if (earlier != given.end() && !option->repeatable) {
      throw config_error(path, entry.line, entry.key + " is given already in " + earlier->where);
    }
    // A `#` belongs to the value; should that turn out wrong, its error says what else was meant.
    const bool trailing =
        entry.value.find(" #") != std::string::npos || entry.value.find(" ;") != std::string::npos;
    given.push_back(
        {entry.key, entry.value,
         place(path, entry.line) + (trailing ? " (a comment needs a line of its own)" : "")});
  }
  return given;
}

}  // namespace fossilct
