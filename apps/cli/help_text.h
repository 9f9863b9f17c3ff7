// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "apps/cli/command.h"

namespace fossilct {

inline constexpr int help_columns = 100;

// `text` broken between words into lines of at most help_columns, each led by `indent` blanks; a
// word that is longer stands alone. Ends with a line end.
std::string wrapped(std::string_view text, int indent);

// The table of commands: what `fossilct` and `fossilct help` print.
std::string overview_text(std::span<const CommandRow> table);

// Usage, description, options under their headings with default and range, examples, exit codes.
std::string command_help_text(const CommandRow& row, const CommandHelp& help,
                              const OptionSet& options);

}  // namespace fossilct
