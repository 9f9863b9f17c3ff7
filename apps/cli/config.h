// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/options.h"

namespace fossilct {

// One `key = value` of an INI file; `section` is empty above the first heading.
struct ConfigEntry {
  std::string section;
  std::string key;
  std::string value;
  int line = 0;
};

// Reads an INI file: `[section]` (blanks inside allowed), `key = value`, blank lines, and comments
// that fill their line (# or ;). A value is all that follows the first `=`, blanks at both ends
// taken off: a `#` inside it stays (Boost's own parser would cut "/data/run #7" there). A value in
// double quotes loses them and keeps its blanks. Throws Error{file} where it can't be read,
// Error{option} with the line for anything else in it.
std::vector<ConfigEntry> read_config(const std::filesystem::path& path);

// The entries that concern `command`: those above the first heading and those under [command].
// Those of other commands are passed over, so that one file can serve a whole job. Throws
// Error{option} with file and line: a section that is no command, a key that is no option of this
// command, a key given twice (both with "did you mean").
std::vector<GivenOption> options_from_config(const std::vector<ConfigEntry>& entries,
                                             const std::filesystem::path& path,
                                             const std::string& command,
                                             const std::vector<std::string>& all_commands,
                                             const OptionSet& options);

}  // namespace fossilct
