// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/csv.h"
#include "base/error.h"
#include "base/text.h"
#include "specimens/well.h"

namespace fossilct {

namespace {

double depth_at(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const auto depth = table.number(row, column);
  if (!depth) {
    table.fail(row, table.columns[column] + " is empty; expected a depth in metres");
  }
  return *depth;
}

DepthRow depth_row(const CsvTable& table, const CsvRow& row) {
  const DepthRow depths = {row.fields[table.at("scan")], depth_at(table, row, table.at("top_m")),
                           depth_at(table, row, table.at("bottom_m"))};
  if (depths.scan.empty()) {
    table.fail(row, "the name of the scan is empty; expected that of a catalogue's scan");
  }
  if (depths.top_m >= depths.bottom_m) {
    table.fail(row, "the top, " + format_number(depths.top_m) + " m, is not above the bottom, " +
                        format_number(depths.bottom_m) +
                        " m; depths in metres, growing downwards: are the columns swapped?");
  }
  return depths;
}

}  // namespace

DepthTable parse_depth_table(const std::filesystem::path& path, std::string_view text) {
  const CsvTable table = parse_csv(path, text);
  for (const char* column : {"scan", "top_m", "bottom_m"}) {
    static_cast<void>(table.at(column));  // one that is missing is told where there is no row too
  }
  if (table.rows.empty()) {
    throw format_error(path,
                       "holds no row; expected a header line 'scan,top_m,bottom_m' and a line a "
                       "scan");
  }
  DepthTable depths = {path, {}};
  std::map<std::string, std::int64_t> line_of;
  for (const CsvRow& row : table.rows) {
    depths.rows.push_back(depth_row(table, row));
    const std::string& scan = depths.rows.back().scan;
    const auto [first, is_new] = line_of.emplace(scan, row.line);
    if (!is_new) {
      table.fail(row, "the scan '" + printable(scan) + "' stands twice, first in line " +
                          std::to_string(first->second) + "; expected one line a scan");
    }
  }
  return depths;
}

}  // namespace fossilct
