// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue_export.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "base/atomic_file.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "specimens/catalogue_state.h"
#include "volumes/label_classes.h"

namespace fossilct {

namespace {

constexpr const char* csv_name = "specimens.csv";
constexpr const char* json_name = "specimens.json";

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

std::string json_value(const Statement& row, int column, bool is_flag) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return "null";
    case SQLITE_FLOAT:
      return format_number(row.real(column));
    case SQLITE_INTEGER:
      return is_flag ? (row.integer(column) != 0 ? "true" : "false") : row.text(column);
    default:
      return json_text(row.text(column));
  }
}

// The rows of the view `specimen_table`, whose sub-queries (one a value) take too long to write all
// of it after each decision: both tables are read side by side here.
class TableRows {
 public:
  explicit TableRows(const Database& database)
      : specimens_(database, "SELECT * FROM specimens ORDER BY key"),
        measurements_(database,
                      "SELECT specimen, kind, value, reason FROM measurement ORDER BY specimen, "
                      "kind"),
        more_(measurements_.step()) {
    Statement kinds(database, "SELECT id, name, column_name FROM measurement_kind ORDER BY id");
    while (kinds.step()) {
      places_[kinds.integer(0)] = names_.size();
      names_.push_back(kinds.text(1));
      columns_.push_back(kinds.text(2));
    }
  }

  bool step() {
    if (!specimens_.step()) {
      return false;
    }
    values_.assign(columns_.size(), std::nullopt);
    not_measured_.clear();
    for (; more_ && measurements_.integer(0) <= key(); more_ = measurements_.step()) {
      take_measurement();
    }
    return true;
  }

  std::int64_t key() const { return specimens_.integer(0); }
  const Statement& specimen() const { return specimens_; }
  const std::vector<std::string>& measured_columns() const { return columns_; }
  const std::vector<std::optional<double>>& values() const { return values_; }
  const std::string& not_measured() const { return not_measured_; }

 private:
  void take_measurement() {
    const auto place = places_.find(measurements_.integer(1));
    if (measurements_.integer(0) != key() || place == places_.end()) {
      return;
    }
    values_[place->second] = measurements_.optional_real(2);
    if (measurements_.is_null(2) && !measurements_.is_null(3)) {
      not_measured_ += (not_measured_.empty() ? "" : "; ") + names_[place->second] + ": " +
                       measurements_.text(3);
    }
  }

  Statement specimens_;
  Statement measurements_;
  bool more_;
  std::map<std::int64_t, std::size_t> places_;  // of a kind
  std::vector<std::string> names_;
  std::vector<std::string> columns_;
  std::vector<std::optional<double>> values_;
  std::string not_measured_;
};

// The columns of a fossil's centre.
struct CentreColumns {
  CentreColumns(const TableRows& rows, const std::string& unit) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::string letter(1, "xyz"[axis]);
      centroid[axis] = place_in(rows.measured_columns(), column_name("centroid_" + letter, unit));
      begin[axis] = column_of(rows.specimen(), "begin_" + letter);
      end[axis] = column_of(rows.specimen(), "end_" + letter);
    }
  }
  static std::size_t place_in(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }
  static int column_of(const Statement& row, const std::string& name) {
    int column = 0;
    while (row.column_name(column) != name) {
      ++column;
    }
    return column;
  }

  std::array<std::size_t, 3> centroid{};  // in the measured columns; their number: not measured
  std::array<int, 3> begin{};
  std::array<int, 3> end{};
};

// The measured centroid, or the middle of the box.
Vector3 centre_of(const TableRows& rows, const CentreColumns& columns, const Grid& grid) {
  const auto measured = [&](std::size_t axis) {
    const std::size_t place = columns.centroid[axis];
    return place < rows.values().size() ? rows.values()[place] : std::nullopt;
  };
  if (measured(0) && measured(1) && measured(2)) {
    return {*measured(0), *measured(1), *measured(2)};
  }
  const auto middle = [&](std::size_t axis) {
    return (rows.specimen().real(columns.begin[axis]) + rows.specimen().real(columns.end[axis]) -
            1) /
           2;
  };
  return grid.physical_from_index({middle(0), middle(1), middle(2)});
}

std::string properties_of(const TableRows& rows, const std::vector<std::string>& keys,
                          const std::set<int>& flags) {
  std::string text;
  const Statement& row = rows.specimen();
  std::size_t key = 0;
  for (int column = 1; column < row.columns(); ++column) {
    text += keys[key++] + json_value(row, column, flags.contains(column));
  }
  for (const std::optional<double>& value : rows.values()) {
    text += keys[key++] + (value ? format_number(*value) : "null");
  }
  return text + keys[key] + json_text(rows.not_measured());
}

// `{"scan":`, `,"id":` and so on: what stands before each property.
std::vector<std::string> property_keys(const TableRows& rows) {
  std::vector<std::string> names;
  for (int column = 1; column < rows.specimen().columns(); ++column) {
    names.push_back(rows.specimen().column_name(column));
  }
  names.insert(names.end(), rows.measured_columns().begin(), rows.measured_columns().end());
  names.emplace_back("not_measured");
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = (i == 0 ? "" : ",") + json_text(names[i]) + ":";
  }
  return names;
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
         "\",\n\"scans\": " + json_text(scan_list) +
         ",\n\"measurements\": " + json_text(measurements_json(database)) +
         ",\n\"signature\": " + json_text(signature_json(database)) + ",\n\"features\": [";
}

}  // namespace

std::string specimens_csv(const Database& database) {
  TableRows rows(database);
  const Statement& row = rows.specimen();
  std::string text;
  for (int column = 1; column < row.columns(); ++column) {
    text += csv_field(row.column_name(column)) + ",";
  }
  for (const std::string& column : rows.measured_columns()) {
    text += csv_field(column) + ",";
  }
  text += "not_measured\r\n";
  while (rows.step()) {
    for (int column = 1; column < row.columns(); ++column) {
      text += csv_value(row, column) + ",";
    }
    for (const std::optional<double>& value : rows.values()) {
      text += (value ? format_number(*value) : "") + ",";
    }
    text += csv_field(rows.not_measured()) + "\r\n";
  }
  return text;
}

std::string specimens_json(const Database& database) {
  const std::vector<ScanRecord> scans = read_scans(database);
  std::string text = head_of(database, scans);
  TableRows rows(database);
  const CentreColumns columns(rows, scans[0].grid.unit());
  const std::vector<std::string> keys = property_keys(rows);
  std::set<int> flags;
  for (const char* name : {"truncated", "fragment", "split"}) {
    flags.insert(CentreColumns::column_of(rows.specimen(), name));
  }
  const char* separator = "\n";
  while (rows.step()) {
    const auto scan = static_cast<std::size_t>(rows.key() >> 32);
    const Vector3 p = centre_of(rows, columns, scans[std::min(scan, scans.size() - 1)].grid);
    text += separator + std::string("{\"type\":\"Feature\",\"id\":") + std::to_string(rows.key()) +
            ",\"geometry\":{\"type\":\"Point\",\"coordinates\":[" + format_number(p.x) + "," +
            format_number(p.y) + "," + format_number(p.z) + "]},\"properties\":{" +
            properties_of(rows, keys, flags) + "}}";
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
