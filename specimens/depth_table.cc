// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "specimens/well.h"

namespace fossilct {

namespace {

constexpr std::array column_names = {"scan", "top_m", "bottom_m"};
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class DepthTableReader {
 public:
  explicit DepthTableReader(const std::filesystem::path& path) : path_(path) {}

  DepthTable read(std::string_view text) {
    text.remove_prefix(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    for (const std::string& line : split(text, '\n')) {
      ++line_;
      if (trim(line).empty()) {
        continue;
      }
      const std::vector<std::string> fields = fields_of(line);
      columns_.empty() ? read_header(fields) : read_row(fields);
    }
    if (rows_.empty()) {
      throw format_error(path_,
                         "holds no row; expected a header line 'scan,top_m,bottom_m' and a "
                         "line a scan");
    }
    return {path_, rows_};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw format_error(path_, "line " + std::to_string(line_) + ": " + what);
  }

  std::vector<std::string> fields_of(std::string_view line) const {
    std::vector<std::string> fields = split(trim(line), ',');
    for (std::string& field : fields) {
      std::string_view value = trim(field);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      if (value.find('"') != std::string_view::npos) {
        fail("'" + printable(field) + "': a name with a comma or a quote can't be read");
      }
      field = std::string(value);
    }
    return fields;
  }

  // Spreadsheets of many countries write other separators.
  void require_commas(const std::string& header) const {
    for (const auto& [separator, name] : {std::pair{';', "semicolons"}, {'\t', "tabs"}}) {
      if (header.find(separator) != std::string::npos) {
        fail(std::string("its columns are separated by ") + name +
             "; expected commas (and points in numbers): save it as CSV with commas");
      }
    }
  }

  void read_header(const std::vector<std::string>& fields) {
    if (fields.size() == 1) {
      require_commas(fields[0]);
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!columns_.emplace(lower(fields[i]), i).second) {
        fail("the column '" + printable(fields[i]) + "' stands twice");
      }
    }
    for (const char* name : column_names) {
      if (!columns_.contains(name)) {
        fail(std::string("the column '") + name +
             "' is missing; the first line names the columns, as 'scan,top_m,bottom_m'");
      }
    }
  }

  double depth_at(const std::vector<std::string>& fields, const std::string& column) const {
    const std::string& text = fields[columns_.at(column)];
    const auto value = parse_double(text);
    if (!value || !std::isfinite(*value)) {
      fail(column + " '" + printable(text) + "' is no depth in metres");
    }
    return *value;
  }

  void read_row(const std::vector<std::string>& fields) {
    if (fields.size() != columns_.size()) {
      fail("has " + std::to_string(fields.size()) + " fields, the first line " +
           std::to_string(columns_.size()));
    }
    const DepthRow row = {fields[columns_.at("scan")], depth_at(fields, "top_m"),
                          depth_at(fields, "bottom_m")};
    if (row.top_m >= row.bottom_m) {
      fail("the top, " + format_number(row.top_m) + " m, is not above the bottom, " +
           format_number(row.bottom_m) + " m");
    }
    if (!scans_.insert(row.scan).second) {
      fail("the scan '" + printable(row.scan) + "' stands twice");
    }
    rows_.push_back(row);
  }

  std::filesystem::path path_;
  std::int64_t line_ = 0;
  std::map<std::string, std::size_t> columns_;
  std::set<std::string> scans_;
  std::vector<DepthRow> rows_;
};

}  // namespace

DepthTable parse_depth_table(const std::filesystem::path& path, std::string_view text) {
  return DepthTableReader(path).read(text);
}

}  // namespace fossilct
