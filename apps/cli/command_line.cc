// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/command_line.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "apps/cli/config.h"
#include "apps/cli/help_text.h"
#include "base/error.h"
#include "base/text.h"
#include "base/version.h"

namespace fossilct {

namespace {

constexpr int most_threads = 1024;

void declare_common(OptionSet& options, CommonOptions& common) {
  options.section("Common");
  options.path("config", "FILE", &common.config,
               "INI file with options of this command, `name = value`, alone or under [command], "
               "comments (#) on lines of their own; "
               "the command line outdoes it");
  options.flag("json", &common.json, "Result as one JSON object on stdout");
  options.flag("quiet,q", &common.quiet, "Only warnings and errors");
  options.flag("verbose,v", &common.verbose, "Say more of what is done");
  options.integer("threads", "N", &common.threads, 1, most_threads,
                  "Threads to work with; the default is what the machine offers");
  options.flag("check-options", &common.check_options,
               "Only look whether all options are right, and end: exit code 0 or 2");
  options.parsed(
      "help,h", "", [](const std::string&) {}, "This text");
}

std::vector<std::string> names_of(std::span<const CommandRow> table) {
  std::vector<std::string> names;
  for (const CommandRow& row : table) {
    names.push_back(row.name);
  }
  return names;
}

std::unique_ptr<Command> make_command(const CommandRow& row) {
  if (row.make == nullptr) {
    throw CommandElsewhere(row.name, row.program, row.needs);
  }
  return row.make();
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const std::string& a) { return a == "--help" || a == "-h"; });
}

std::vector<IniSection> read_configuration(const std::string& path) {
  try {
    return read_ini(path);
  } catch (const Error&) {
    rethrow_with_context("--config");
  }
}

// Reads both sources of options into the fields that `options` knows.
std::vector<GivenOption> assign_options(const CommandRow& row,
                                        const std::vector<std::string>& arguments,
                                        std::span<const CommandRow> table,
                                        const OptionSet& options) {
  const std::vector<GivenOption> given = options.read_arguments(arguments);
  const auto config = std::find_if(given.begin(), given.end(),
                                   [](const GivenOption& g) { return g.name == "config"; });
  std::vector<GivenOption> configured;
  if (config != given.end()) {
    configured = options_from_config(read_configuration(config->value), config->value, row.name,
                                     names_of(table), options);
  }
  return options.assign(given, configured);
}

Verbosity verbosity_of(const CommonOptions& common) {
  if (common.quiet && common.verbose) {
    throw Error(ErrorKind::option, "--quiet and --verbose exclude each other; give one of them");
  }
  if (common.quiet) {
    return Verbosity::quiet;
  }
  return common.verbose ? Verbosity::verbose : Verbosity::normal;
}

std::string peak_memory_text() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return format_bytes(static_cast<double>(usage.ru_maxrss) * 1024);
}

std::string stdout_text(const CommandResult& result, const CommonOptions& common) {
  if (common.json && !result.json.is_null()) {
    return json_text(result.json, 2) + "\n";
  }
  return common.quiet && result.text_is_report ? "" : result.text;
}

CommandOutput run_command(const CommandRow& row, const std::vector<std::string>& arguments,
                          std::span<const CommandRow> table, TerminalProgress& progress) {
  const auto began = std::chrono::steady_clock::now();
  const std::unique_ptr<Command> command = make_command(row);
  CommonOptions common;
  OptionSet options;
  command->declare(options);
  declare_common(options, common);
  const std::vector<GivenOption> given = assign_options(row, arguments, table, options);
  progress.set_verbosity(verbosity_of(common));
  if (common.check_options) {
    return {};
  }
  std::vector<std::string> typed = {"fossilct", row.name};
  typed.insert(typed.end(), arguments.begin(), arguments.end());
  const CommandResult result = command->run({progress, common, shell_quoted(typed), given});
  progress.end();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  progress.detail("took " + format_duration(took.count()) + ", peak memory " + peak_memory_text());
  return {stdout_text(result, common), result.has_failed_items};
}

}  // namespace

const CommandRow& command_row(std::span<const CommandRow> table, const std::string& name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const CommandRow& row) { return row.name == name; });
  if (found == table.end()) {
    const auto near = closest_match(name, names_of(table));
    throw Error(ErrorKind::option, "there is no command '" + name + "'" +
                                       (near ? "; did you mean " + *near + "?" : ""));
  }
  return *found;
}

std::string help_of(const CommandRow& row) {
  const std::unique_ptr<Command> command = make_command(row);
  CommonOptions common;
  OptionSet options;
  command->declare(options);
  declare_common(options, common);
  return command_help_text(row, command->help(), options);
}

Json options_json(const CommandRow& row) {
  const std::unique_ptr<Command> command = make_command(row);
  CommonOptions common;
  OptionSet options;
  command->declare(options);
  declare_common(options, common);
  Json list = Json::array();
  for (const Option& option : options.options()) {
    list.push_back({{"name", option.name},
                    {"value", option.value_name},
                    {"help", option.help},
                    {"section", option.section},
                    {"default", option.default_text},
                    {"allowed", option.allowed_text},
                    {"positional", option.positional},
                    {"required", option.required},
                    {"repeatable", option.repeatable}});
  }
  return {{"name", row.name}, {"summary", row.summary}, {"options", std::move(list)}};
}

std::string shell_quoted(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    const bool safe =
        !argument.empty() && std::all_of(argument.begin(), argument.end(), [](unsigned char c) {
          return std::isalnum(c) != 0 ||
                 std::string_view("-_./:,=+%@").find(static_cast<char>(c)) !=
                     std::string_view::npos;
        });
    std::string word = argument;
    if (!safe) {
      word = "'";
      for (const char c : argument) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
      }
      word += "'";
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

CommandOutput run_command_line(const std::vector<std::string>& arguments,
                               std::span<const CommandRow> table, TerminalProgress& progress) {
  const std::string first = arguments.empty() ? "--help" : arguments.front();
  if (first == "--help" || first == "-h") {
    return {overview_text(table)};
  }
  if (first == "--version") {
    return {"fossilct " + std::string(version()) + "\n"};
  }
  if (first.starts_with('-')) {
    throw Error(ErrorKind::option,
                "'" + first + "': the command comes first: fossilct COMMAND [options]");
  }
  const CommandRow& row = command_row(table, first);
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (asks_for_help(rest)) {
    return {help_of(row)};
  }
  return run_command(row, rest, table, progress);
}

std::string usage_hint(const std::vector<std::string>& arguments,
                       std::span<const CommandRow> table) {
  const std::vector<std::string> names = names_of(table);
  const bool known =
      !arguments.empty() && std::find(names.begin(), names.end(), arguments.front()) != names.end();
  if (known && arguments.front() == "help") {
    return " (see `fossilct --help`)";
  }
  return " (see `fossilct help" + (known ? " " + arguments.front() : "") + "`)";
}

}  // namespace fossilct
