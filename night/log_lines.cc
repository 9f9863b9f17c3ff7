// SPDX-License-Identifier: Apache-2.0
#include "night/log_lines.h"

#include <fstream>
#include <system_error>

#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::string_view error_mark = "fossilct: ";
constexpr std::size_t most_words = 1000;

}  // namespace

LogLines::LogLines(const std::filesystem::path& log) : log_(log) {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(log, ignored);
  at_ = ignored ? 0 : static_cast<std::int64_t>(size);
}

std::vector<std::string> LogLines::take() {
  std::vector<std::string> lines;
  std::ifstream file(log_, std::ios::binary);
  file.seekg(at_);
  std::string line;
  while (std::getline(file, line)) {
    at_ += static_cast<std::int64_t>(line.size());
    if (file.eof()) {
      rest_ += line;
      break;
    }
    ++at_;
    line = rest_ + line;
    rest_.clear();
    if (line.starts_with(error_mark)) {
      error_ = line.substr(error_mark.size());
    } else if (!error_.empty() && error_.size() < most_words) {
      error_ += " " + std::string(trim(line));
    }
    last_ = line.empty() ? last_ : line;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string LogLines::last_words() const {
  return printable(error_.empty() ? (rest_.empty() ? last_ : rest_) : error_, most_words);
}

}  // namespace fossilct
