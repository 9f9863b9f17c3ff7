// SPDX-License-Identifier: Apache-2.0
#include "base/ini.h"

#include <algorithm>
#include <fstream>

#include "base/text.h"

namespace fossilct {

namespace {

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
    throw ini_error(path, number, "this is no text; expected lines of the form key = value");
  }
}

void drop_byte_order_mark(std::string& line) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (line.starts_with(mark)) {
    line.erase(0, mark.size());
  }
}

std::string heading(std::string_view text, const std::filesystem::path& path, int line) {
  const bool closed = text.size() >= 2 && text.back() == ']';
  const std::string_view name = closed ? trim(text.substr(1, text.size() - 2)) : "";
  if (name.empty()) {
    throw ini_error(path, line, shown(text) + " is no heading like [import]");
  }
  return std::string(name);
}

IniEntry entry(std::string_view text, const std::filesystem::path& path, int line) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw ini_error(path, line,
                    shown(text) + " is not of the form key = value" +
                        (equals == 0 ? "" : ", as overwrite = true for a switch"));
  }
  return {std::string(trim(text.substr(0, equals))), unquoted(trim(text.substr(equals + 1))), line};
}

}  // namespace

std::string ini_place(const std::filesystem::path& path, int line) {
  return path.string() + " line " + std::to_string(line);
}

Error ini_error(const std::filesystem::path& path, int line, std::string_view what) {
  return {ErrorKind::option, ini_place(path, line) + ": " + std::string(what)};
}

std::vector<IniSection> read_ini(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream || std::filesystem::is_directory(path)) {
    throw option_error(path.string(),
                       "can't read this file; expected an INI file with lines like spacing-um = 2");
  }
  std::vector<IniSection> sections(1);
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
      sections.push_back({heading(text, path, line), line, {}});
    } else {
      sections.back().entries.push_back(entry(text, path, line));
    }
  }
  return sections;
}

}  // namespace fossilct
