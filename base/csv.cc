// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error line_error(const std::filesystem::path& path, std::int64_t line, std::string_view what) {
  return format_error(path, "line " + std::to_string(line) + ": " + std::string(what));
}

// Walks over the text once; a row may take several lines.
class CsvReader {
 public:
  CsvReader(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  CsvRow next_row() {
    CsvRow row = {line_, {}};
    do {
      row.fields.push_back(next_field());
    } while (take(','));
    take('\r');
    if (!at_end() && !take('\n')) {
      throw line_error(path_, line_, "text follows behind a closing quote");
    }
    ++line_;
    return row;
  }

 private:
  bool take(char wanted) {
    const bool found = !at_end() && text_[at_] == wanted;
    at_ += found ? 1 : 0;
    return found;
  }

  std::string next_field() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      ++at_;
    }
    return take('"') ? quoted_field() : plain_field();
  }

  std::string plain_field() {
    const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
    const std::string_view field = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(trim(field));
  }

  std::string quoted_field() {
    const std::int64_t begin = line_;
    std::string field;
    while (!at_end()) {
      const char letter = text_[at_++];
      if (letter == '"' && !take('"')) {
        while (take(' ') || take('\t')) {
        }
        return field;
      }
      line_ += letter == '\n' ? 1 : 0;
      field += letter;
    }
    throw line_error(path_, begin, "a quote is opened and not closed");
  }

  const std::filesystem::path& path_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

bool is_empty(const CsvRow& row) { return row.fields.size() == 1 && row.fields.front().empty(); }

// Spreadsheets of many countries write other separators.
void require_commas(const std::filesystem::path& path, const CsvRow& header) {
  for (const auto& [separator, name] : {std::pair{';', "semicolons"}, {'\t', "tabs"}}) {
    if (header.fields.size() == 1 && header.fields.front().find(separator) != std::string::npos) {
      throw line_error(path, header.line,
                       std::string("its columns are separated by ") + name +
                           "; expected commas (and points in numbers): save it as CSV with commas");
    }
  }
}

void require_once(const std::filesystem::path& path, const CsvRow& header) {
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (!header.fields[i].empty() && lower(header.fields[i]) == lower(header.fields[k])) {
        throw line_error(path, header.line,
                         "the column '" + printable(header.fields[i]) + "' stands twice");
      }
    }
  }
}

}  // namespace

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (lower(columns[i]) == lower(column)) {
      return i;
    }
  }
  return std::nullopt;
}

std::size_t CsvTable::at(std::string_view column) const {
  if (const auto found = find(column)) {
    return *found;
  }
  std::string there;
  for (const std::string& name : columns) {
    there += (there.empty() ? "" : ", ") + printable(name);
  }
  throw format_error(path, "the column '" + std::string(column) +
                               "' is missing; the first line names the columns, and has: " + there);
}

void CsvTable::fail(const CsvRow& row, std::string_view what) const {
  throw line_error(path, row.line, what);
}

std::optional<double> CsvTable::number(const CsvRow& row, std::size_t column) const {
  const std::string& text = row.fields[column];
  if (text.empty()) {
    return std::nullopt;
  }
  const auto value = parse_double(text);
  if (!value || !std::isfinite(*value)) {
    fail(row, columns[column] + " '" + printable(text) + "' is no number");
  }
  return value;
}

CsvTable parse_csv(const std::filesystem::path& path, std::string_view text) {
  text.remove_prefix(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
  CsvTable table = {path, {}, {}};
  CsvReader reader(path, text);
  while (!reader.at_end()) {
    CsvRow row = reader.next_row();
    if (is_empty(row)) {
      continue;
    }
    if (table.columns.empty()) {
      require_commas(path, row);
      require_once(path, row);
      table.columns = std::move(row.fields);
      continue;
    }
    if (row.fields.size() != table.columns.size()) {
      table.fail(row, "has " + std::to_string(row.fields.size()) + " fields, the first line " +
                          std::to_string(table.columns.size()) +
                          "; numbers have points, and text with a comma stands in quotes");
    }
    table.rows.push_back(std::move(row));
  }
  if (table.columns.empty()) {
    throw format_error(path, "is empty; expected a first line that names the columns");
  }
  return table;
}

CsvTable read_csv(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    throw file_errno_error(path, "can't read");
  }
  return parse_csv(path, text);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && trim(text) == text) {
    return std::string(text);
  }
  std::string field = "\"";
  for (const char letter : text) {
    field += letter == '"' ? "\"\"" : std::string(1, letter);
  }
  return field + "\"";
}

}  // namespace fossilct
