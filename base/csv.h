// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// A table as spreadsheets and our own commands write it: RFC 4180 (a field in quotes may hold
// commas, line ends, and quotes that are doubled), UTF-8 with or without a byte order mark. The
// first line names the columns; empty lines are passed over; blanks around fields are not kept.
struct CsvRow {
  std::int64_t line = 0;            // where it begins in the file, from 1
  std::vector<std::string> fields;  // one a column
};

struct CsvTable {
  std::filesystem::path path;  // for messages
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  // Where a column of this name is, capitals or not.
  std::optional<std::size_t> find(std::string_view column) const;
  // The same; throws Error{format} that names the columns there are.
  std::size_t at(std::string_view column) const;
  // Throws Error{format} of the row: "counts.csv: line 7: WHAT".
  [[noreturn]] void fail(const CsvRow& row, std::string_view what) const;
  // The field as a finite number, nothing where it is empty. Throws as fail().
  std::optional<double> number(const CsvRow& row, std::size_t column) const;
};

// Throws Error{format} that names `path` and the line: no header, a column twice, another number of
// fields than columns, a quote that is not closed, columns separated by semicolons or tabs.
CsvTable parse_csv(const std::filesystem::path& path, std::string_view text);
// Throws Error{file} too.
CsvTable read_csv(const std::filesystem::path& path);

// As a field of such a table: in quotes where it must be.
std::string csv_field(std::string_view text);

}  // namespace fossilct
