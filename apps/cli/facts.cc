// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/facts.h"

#include <algorithm>

#include "base/text.h"

namespace fossilct {

std::string facts_text(const Facts& facts) {
  std::size_t width = 0;
  for (const auto& [name, value] : facts) {
    width = std::max(width, value.empty() ? 0 : name.size() + 2);
  }
  std::string text;
  for (const auto& [name, value] : facts) {
    if (value.empty()) {
      continue;
    }
    std::string label = name;
    for (const std::string& line : split(value, '\n')) {
      label.resize(width, ' ');
      text += label + line + "\n";
      label.clear();
    }
  }
  return text;
}

std::string columns_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size() + 2);
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i] + (i + 1 < row.size() ? std::string(widths[i] - row[i].size(), ' ') : "\n");
    }
  }
  return text;
}

std::string counted(std::int64_t count, const std::string& thing) {
  return format_count(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace fossilct
