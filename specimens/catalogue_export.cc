// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue_export.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "base/atomic_file.h"
#include "base/json.h"
#include "base/text.h"
#include "specimens/catalogue_state.h"
#include "volumes/label_classes.h"

namespace fossilct {

namespace {

constexpr const char* csv_name = "specimens.csv";
constexpr const char* json_name = "specimens.json";

// Text from files may be no UTF-8, which JSON can't hold.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string field = "\"";
  for (const char c : text) {
    field += c == '"' ? "\"\"" : std::string(1, c);
  }
  return field + '"';
}

std::string csv_value(const Statement& row, int column) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return "";
    case SQLITE_FLOAT:
      return format_number(row.real(column));
    default:
      return csv_field(row.text_view(column));
  }
}

Json json_value(const Statement& row, int column, bool is_flag) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return nullptr;
    case SQLITE_FLOAT:
      return row.real(column);
    case SQLITE_INTEGER:
      return is_flag ? Json(row.integer(column) != 0) : Json(row.integer(column));
    default:
      return row.text(column);
  }
}

// Where the columns of a fossil's centre are in the view; -1 where they are not measured.
struct Columns {
  int key = 0;
  std::array<int, 3> centroid{-1, -1, -1};
  std::array<int, 3> begin{-1, -1, -1};
  std::array<int, 3> end{-1, -1, -1};
};

Columns columns_of(const Statement& row, const std::string& unit) {
  Columns columns;
  for (int column = 0; column < row.columns(); ++column) {
    const std::string name = row.column_name(column);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::string letter(1, "xyz"[axis]);
      columns.centroid[axis] = name == fossilct::column_name("centroid_" + letter, unit)
                                   ? column
                                   : columns.centroid[axis];
      columns.begin[axis] = name == "begin_" + letter ? column : columns.begin[axis];
      columns.end[axis] = name == "end_" + letter ? column : columns.end[axis];
    }
  }
  return columns;
}

// The measured centroid, or the middle of the box.
Json point_of(const Statement& row, const Columns& columns, const Grid& grid) {
  const auto& c = columns.centroid;
  const bool measured =
      std::ranges::all_of(c, [&](int column) { return column >= 0 && !row.is_null(column); });
  if (measured) {
    return {row.real(c[0]), row.real(c[1]), row.real(c[2])};
  }
  const auto middle = [&](std::size_t axis) {
    return (row.real(columns.begin[axis]) + row.real(columns.end[axis]) - 1) / 2;
  };
  const Vector3 p = grid.physical_from_index({middle(0), middle(1), middle(2)});
  return {p.x, p.y, p.z};
}

Json scan_json(const ScanRecord& scan) {
  const Grid& g = scan.grid;
  Json json = {{"name", scan.name},
               {"path", scan.path},
               {"sha256", scan.sha256},
               {"size", {g.size.x, g.size.y, g.size.z}},
               {g.spacing_known ? "spacing_um" : "spacing_voxel",
                {g.spacing_um.x, g.spacing_um.y, g.spacing_um.z}},
               {g.spacing_known ? "origin_um" : "origin_voxel",
                {g.origin_um.x, g.origin_um.y, g.origin_um.z}}};
  if (scan.top_m && scan.bottom_m) {
    json["top_m"] = *scan.top_m;
    json["bottom_m"] = *scan.bottom_m;
  }
  return json;
}

Json signature_json(const Database& database) {
  const std::vector<Signature> signatures = read_signatures(database);
  if (signatures.empty()) {
    return nullptr;
  }
  const Signature& last = signatures.back();
  return {{"person", last.person},       {"time", last.time},           {"sha256", last.sha256},
          {"specimens", last.specimens}, {"undecided", last.undecided}, {"holds", last.holds}};
}

Json measurements_json(const Database& database) {
  Json list = Json::array();
  for (const CatalogueKind& kind : read_kinds(database)) {
    list.push_back({{"column", kind.column},
                    {"name", kind.name},
                    {"unit", kind.unit},
                    {"definition", kind.definition},
                    {"source", kind.source}});
  }
  return list;
}

// All but the features, a member a line.
std::string head_of(const Database& database, const std::vector<ScanRecord>& scans) {
  Json scan_list = Json::array();
  std::ranges::transform(scans, std::back_inserter(scan_list), scan_json);
  const std::string unit = scans[0].grid.unit();
  const std::string revision = std::to_string(database.integer("SELECT revision FROM state"));
  return "{\"type\": \"FeatureCollection\", \"revision\": " + revision + ",\n\"coordinates\": \"" +
         (unit == "um" ? "micrometres" : "voxel edges (the voxel size is not known)") +
         " in the space of the scan, x y z; not degrees\",\n\"unit\": \"" + unit +
         "\",\n\"scans\": " + dumped(scan_list) +
         ",\n\"measurements\": " + dumped(measurements_json(database)) +
         ",\n\"signature\": " + dumped(signature_json(database)) + ",\n\"features\": [";
}

}  // namespace

std::string specimens_csv(const Database& database) {
  std::string text;
  Statement rows(database, "SELECT * FROM specimen_table ORDER BY key");
  for (int column = 1; column < rows.columns(); ++column) {
    text += (column == 1 ? "" : ",") + csv_field(rows.column_name(column));
  }
  text += "\r\n";
  while (rows.step()) {
    for (int column = 1; column < rows.columns(); ++column) {
      text += (column == 1 ? "" : ",") + csv_value(rows, column);
    }
    text += "\r\n";
  }
  return text;
}

std::string specimens_json(const Database& database) {
  const std::vector<ScanRecord> scans = read_scans(database);
  const std::set<std::string> flags = {"truncated", "fragment", "split"};
  std::string text = head_of(database, scans);
  Statement rows(database, "SELECT * FROM specimen_table ORDER BY key");
  const Columns columns = columns_of(rows, scans[0].grid.unit());
  const char* separator = "\n";
  while (rows.step()) {
    const auto scan = static_cast<std::size_t>(rows.integer(columns.key) >> 32);
    Json properties = Json::object();
    for (int column = 1; column < rows.columns(); ++column) {
      const std::string name = rows.column_name(column);
      properties[name] = json_value(rows, column, flags.contains(name));
    }
    const Json feature = {
        {"type", "Feature"},
        {"id", rows.integer(columns.key)},
        {"geometry",
         {{"type", "Point"},
          {"coordinates", point_of(rows, columns, scans[std::min(scan, scans.size() - 1)].grid)}}},
        {"properties", properties}};
    text += separator + dumped(feature);
    separator = ",\n";
  }
  return text + "\n]}\n";
}

void write_tables(const Database& database, const std::filesystem::path& folder) {
  write_file_atomically(folder / csv_name, specimens_csv(database));
  write_file_atomically(folder / json_name, specimens_json(database));
}

bool tables_are_current(const Database& database, const std::filesystem::path& folder) {
  std::error_code ignored;
  std::ifstream stream(folder / json_name);
  std::string line;
  std::getline(stream, line);
  return std::filesystem::exists(folder / csv_name, ignored) &&
         line.ends_with("\"revision\": " +
                        std::to_string(database.integer("SELECT revision FROM state")) + ",");
}

}  // namespace fossilct
