// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "apps/cli/companion.h"

namespace fossilct {

// The row of that name. Throws Error{option}, with the nearest name, where there is none.
const CommandRow& command_row(std::span<const CommandRow> table, const std::string& name);

// Help of one command, its common options included. Throws CommandElsewhere.
std::string help_of(const CommandRow& row);

// {name, summary, options: [{name, value, help, section, default, allowed, positional, required,
// repeatable}]}: the same for programs. `value` is empty for a flag. Throws CommandElsewhere.
Json options_json(const CommandRow& row);

// The arguments as they could be typed into a shell again.
std::string shell_quoted(const std::vector<std::string>& arguments);

struct CommandOutput {
  std::string text;  // for stdout
  bool has_failed_items = false;
};

// Runs `fossilct ARGUMENTS...` and returns what it has to say. Throws Error and Cancelled, and
// CommandElsewhere before anything is done.
CommandOutput run_command_line(const std::vector<std::string>& arguments,
                               std::span<const CommandRow> table, TerminalProgress& progress);

// " (see `fossilct help import`)", for the message of a wrong usage.
std::string usage_hint(const std::vector<std::string>& arguments,
                       std::span<const CommandRow> table);

}  // namespace fossilct
