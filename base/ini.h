// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace fossilct {

// One `key = value` of an INI file.
struct IniEntry {
  std::string key;
  std::string value;
  int line = 0;
};

// What stands under one heading; `name` is empty for what stands above the first.
struct IniSection {
  std::string name;
  int line = 0;
  std::vector<IniEntry> entries;
};

// Reads an INI file: `[section]` (blanks inside allowed), `key = value`, blank lines, and comments
// that fill their line (# or ;). A value is all that follows the first `=`, blanks at both ends
// taken off: a `#` inside it stays (Boost's own parser would cut "/data/run #7" there). A value in
// double quotes loses them and keeps its blanks. Sections come in the file's order, the nameless
// one first, one without entries too, one of the same name as often as it stands there. Throws
// Error{option} where it can't be read, and with the line for anything else in it.
std::vector<IniSection> read_ini(const std::filesystem::path& path);

// "x.ini line 4", as messages name an entry.
std::string ini_place(const std::filesystem::path& path, int line);
Error ini_error(const std::filesystem::path& path, int line, std::string_view what);

}  // namespace fossilct
