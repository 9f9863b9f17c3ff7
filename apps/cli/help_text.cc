// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/help_text.h"

#include <algorithm>

#include "base/text.h"
#include "base/version.h"

namespace fossilct {

namespace {

constexpr int name_indent = 2;
constexpr int help_indent = 32;
constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  0 done, 1 failed (the message says why), 2 wrong usage, 3 done but for items that failed,\n"
    "  4 the machine lacks what it takes (memory, a device), 130 interrupted (Ctrl-C, SIGTERM)\n";

std::string blanks(int count) { return std::string(static_cast<std::size_t>(count), ' '); }

// "  -o, --output FILE"
std::string name_column(const Option& option) {
  std::string text = blanks(name_indent);
  if (option.positional) {
    return text + option.value_name;
  }
  text += option.letter == 0 ? "    " : std::string{'-', option.letter, ',', ' '};
  return text + "--" + option.name + (option.is_flag() ? "" : " " + option.value_name);
}

// "Help (u8, u16; default u8; required)"
std::string help_column(const Option& option) {
  std::vector<std::string> facts;
  if (!option.allowed_text.empty()) {
    facts.push_back(option.allowed_text);
  }
  if (!option.default_text.empty()) {
    facts.push_back("default " + option.default_text);
  }
  if (option.required && !option.positional) {
    facts.emplace_back("required");
  }
  if (option.repeatable) {
    facts.emplace_back("may be given several times");
  }
  std::string text;
  for (const std::string& fact : facts) {
    text += (text.empty() ? " (" : "; ") + fact;
  }
  return option.help + text + (text.empty() ? "" : ")");
}

std::string option_text(const Option& option) {
  const std::string names = name_column(option);
  std::string body = wrapped(help_column(option), help_indent);
  // The help begins beside the name where it fits, else on the next line.
  if (static_cast<int>(names.size()) + 2 <= help_indent) {
    body.replace(0, names.size(), names);
    return body;
  }
  return names + "\n" + body;
}

std::string options_text(const OptionSet& options) {
  std::vector<std::string> sections;
  for (const Option& option : options.options()) {
    if (std::find(sections.begin(), sections.end(), option.section) == sections.end()) {
      sections.push_back(option.section);
    }
  }
  std::string text;
  for (const std::string& section : sections) {
    text += "\n" + (section.empty() ? "Arguments" : section) + ":\n";
    for (const Option& option : options.options()) {
      if (option.section == section) {
        text += option_text(option);
      }
    }
  }
  return text;
}

}  // namespace

std::string wrapped(std::string_view text, int indent) {
  std::string result;
  std::string line;
  const auto flush = [&] {
    result += blanks(indent) + line + "\n";
    line.clear();
  };
  for (const std::string& word : split(text, ' ')) {
    const auto width = static_cast<std::size_t>(help_columns - indent);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      flush();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  flush();
  return result;
}

std::string overview_text(std::span<const CommandRow> table) {
  std::string text = "fossilct " + std::string(version()) +
                     ": finds, measures, pictures and names the microfossils in microCT scans of "
                     "rock cores\n\nUsage: fossilct COMMAND [options]\n\nCommands:\n";
  std::size_t longest = 0;
  for (const CommandRow& row : table) {
    longest = std::max(longest, row.name.size());
  }
  constexpr std::size_t gap = 2;
  for (const CommandRow& row : table) {
    std::string line = wrapped(row.summary, name_indent + static_cast<int>(longest + gap));
    line.replace(name_indent, row.name.size(), row.name);
    text += line;
  }
  return text + "\n`fossilct help COMMAND` explains one of them, with examples.\n";
}

std::string command_help_text(const CommandRow& row, const CommandHelp& help,
                              const OptionSet& options) {
  std::string text = wrapped("fossilct " + row.name + ": " + row.summary, 0);
  text += "\n" + wrapped("Usage: fossilct " + help.usage, 0);
  for (const std::string& paragraph : help.description) {
    text += "\n" + wrapped(paragraph, 0);
  }
  text += options_text(options);
  if (!help.examples.empty()) {
    text += "\nExamples:\n";
  }
  for (const Example& example : help.examples) {
    text += "  " + example.line + "\n" + wrapped(example.meaning, 6);
  }
  return text + "\n" + std::string(exit_codes);
}

}  // namespace fossilct
