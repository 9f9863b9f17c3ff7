// SPDX-License-Identifier: Apache-2.0
#include "io/nrrd_header.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/header_text.h"
#include "io/nrrd_keys.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// A header that has not ended by then is none.
constexpr std::int64_t longest_nrrd_header = 1 << 20;
constexpr std::size_t most_nrrd_axes = 16;  // teem's own limit

struct Fields {
  const fs::path& path;
  std::map<std::string, std::string> values;  // names in lower case without blanks
  std::int64_t end = 0;                       // byte after the empty line; the file's size if none
  NrrdKeys keys = {};

  std::optional<std::string> find(const std::string& name) const {
    const auto field = values.find(name);
    return field == values.end() ? std::nullopt : std::optional(field->second);
  }
  std::string require(const std::string& name) const {
    const auto value = find(name);
    if (!value) {
      throw format_error(path, "its NRRD header has no field '" + name + "'");
    }
    return *value;
  }
};

// `data file` and `datafile`, `byte skip` and `byteskip` are the same field.
std::string field_name(std::string_view text) {
  std::string name = lower(trim(text));
  std::erase(name, ' ');
  return name;
}

Fields read_fields(const fs::path& path) {
  const std::string text = read_beginning(path, longest_nrrd_header);
  Fields fields{path, {}};
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trim(std::string_view(text).substr(begin, end - begin));
    begin = std::min(end + 1, text.size());
    fields.end = static_cast<std::int64_t>(begin);
    if (line.empty()) {
      return fields;
    }
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) {
      continue;
    }
    if (line.substr(colon).starts_with(":=")) {
      fields.keys.emplace(line.substr(0, colon), line.substr(colon + 2));
    } else {
      fields.values.emplace(field_name(line.substr(0, colon)),
                            std::string(trim(line.substr(colon + 1))));
    }
  }
  if (static_cast<std::int64_t>(text.size()) == longest_nrrd_header) {
    throw format_error(path, "its NRRD header does not end within " +
                                 format_bytes(longest_nrrd_header) +
                                 "; expected an empty line before the data");
  }
  return fields;
}

// `"mm" "um"` -> mm, um; words without quotes pass as they are.
std::vector<std::string> quoted_words(const std::string& text) {
  if (text.find('"') == std::string::npos) {
    return words(text);
  }
  std::vector<std::string> result;
  for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string::npos) {
      break;
    }
    result.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return result;
}

std::vector<std::int64_t> sizes_of(const Fields& fields) {
  const std::string text = fields.require("sizes");
  const auto dimension = parse_integer(fields.require("dimension"));
  std::vector<std::int64_t> sizes;
  for (const std::string& word : words(text)) {
    const auto size = parse_integer(word);
    if (!size || *size < 1) {
      throw format_error(fields.path, "its NRRD header has 'sizes: " + printable(text) +
                                          "'; expected whole numbers from 1 up");
    }
    sizes.push_back(*size);
  }
  if (!dimension || sizes.empty() || sizes.size() > most_nrrd_axes ||
      *dimension != static_cast<std::int64_t>(sizes.size())) {
    throw format_error(fields.path,
                       "its NRRD header has 'dimension: " + printable(fields.require("dimension")) +
                           "' but 'sizes: " + printable(text) + "'");
  }
  return sizes;
}

// The axes that become x, y, z; one of a single sample (a time, a colour) beyond three is passed
// over, which leaves the order of the voxels as it is.
std::vector<std::size_t> volume_axes(const std::vector<std::int64_t>& sizes, const Fields& fields) {
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    axes.push_back(axis);
  }
  for (std::size_t axis = sizes.size(); axis-- > 0 && axes.size() > 3;) {
    if (sizes[axis] == 1) {
      axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  if (axes.size() < 2 || axes.size() > 3) {
    throw format_error(fields.path, "has " + std::to_string(sizes.size()) +
                                        " axes (sizes: " + printable(fields.require("sizes")) +
                                        "); expected a volume of 3 axes with one value a voxel");
  }
  return axes;
}

PixelType type_of(const Fields& fields) {
  static const std::map<std::string, PixelType> names = {{"signed char", PixelType::i8},
                                                         {"int8", PixelType::i8},
                                                         {"int8_t", PixelType::i8},
                                                         {"uchar", PixelType::u8},
                                                         {"unsigned char", PixelType::u8},
                                                         {"uint8", PixelType::u8},
                                                         {"uint8_t", PixelType::u8},
                                                         {"short", PixelType::i16},
                                                         {"short int", PixelType::i16},
                                                         {"signed short", PixelType::i16},
                                                         {"signed short int", PixelType::i16},
                                                         {"int16", PixelType::i16},
                                                         {"int16_t", PixelType::i16},
                                                         {"ushort", PixelType::u16},
                                                         {"unsigned short", PixelType::u16},
                                                         {"unsigned short int", PixelType::u16},
                                                         {"uint16", PixelType::u16},
                                                         {"uint16_t", PixelType::u16},
                                                         {"int", PixelType::i32},
                                                         {"signed int", PixelType::i32},
                                                         {"int32", PixelType::i32},
                                                         {"int32_t", PixelType::i32},
                                                         {"uint", PixelType::u32},
                                                         {"unsigned int", PixelType::u32},
                                                         {"uint32", PixelType::u32},
                                                         {"uint32_t", PixelType::u32},
                                                         {"float", PixelType::f32},
                                                         {"double", PixelType::f64}};
  const std::string text = fields.require("type");
  const auto name = names.find(lower(text));
  if (name == names.end()) {
    throw format_error(fields.path, "its NRRD header has 'type: " + printable(text) +
                                        "'; expected integers of 8, 16 or 32 bits, float or "
                                        "double");
  }
  return name->second;
}

void read_encoding(const Fields& fields, NrrdHeader& header) {
  const std::string encoding = lower(fields.require("encoding"));
  header.gzip = encoding == "gzip" || encoding == "gz";
  if (!header.gzip && encoding != "raw") {
    throw format_error(fields.path, "its NRRD header has 'encoding: " + printable(encoding) +
                                        "'; raw and gzip are read: convert it, as with "
                                        "`unu save -f nrrd -e gzip -i IN -o OUT`");
  }
  const std::string endian = lower(fields.find("endian").value_or(""));
  if (bytes_of(header.type) > 1 && endian != "little" && endian != "big") {
    throw format_error(
        fields.path, "its NRRD header has " +
                         (endian.empty() ? "no 'endian'" : "'endian: " + printable(endian) + "'") +
                         "; expected 'endian: little' or 'endian: big'");
  }
  header.big_endian = endian == "big";
}

std::int64_t skip_of(const Fields& fields, const char* name, std::int64_t least) {
  const std::string text = fields.find(name).value_or("0");
  const auto value = parse_integer(text);
  if (!value || *value < least) {
    throw format_error(fields.path, "its NRRD header has '" + std::string(name) + ": " +
                                        printable(text) + "'; expected a number from " +
                                        std::to_string(least) + " up");
  }
  return *value;
}

// The byte after `lines` line ends from byte `at` on.
std::int64_t after_lines(const fs::path& path, std::int64_t at, std::int64_t lines) {
  const FileDescriptor file(path);
  std::string block;
  while (lines > 0) {
    if (at >= file.size()) {
      throw format_error(path, "has fewer lines than 'line skip' of its NRRD header leaves out");
    }
    block.resize(static_cast<std::size_t>(std::min<std::int64_t>(1 << 16, file.size() - at)));
    file.read_at(at, std::as_writable_bytes(std::span(block)));
    std::size_t used = block.size();
    for (std::size_t i = 0; i < block.size() && lines > 0; ++i) {
      if (block[i] == '\n' && --lines == 0) {
        used = i + 1;
      }
    }
    at += static_cast<std::int64_t>(used);
  }
  return at;
}

void read_place_of_data(const Fields& fields, NrrdHeader& header) {
  header.data_file = fields.path;
  header.data_offset = fields.end;
  if (const auto name = fields.find("datafile")) {
    if (lower(*name).starts_with("list") || name->find('%') != std::string::npos) {
      throw format_error(fields.path, "its data are spread over several files ('data file: " +
                                          *name + "'); join them into one first");
    }
    header.data_file = fields.path.parent_path() / *name;
    header.data_offset = 0;
    std::error_code ignored;
    if (!fs::is_regular_file(header.data_file, ignored)) {
      throw file_error(header.data_file, "is missing; " + fields.path.filename().string() +
                                             " says the voxels are there");
    }
  }
  header.data_offset =
      after_lines(header.data_file, header.data_offset, skip_of(fields, "lineskip", 0));
  header.byte_skip = skip_of(fields, "byteskip", header.gzip ? 0 : -1);
}

using Vector = std::vector<double>;

// `(1,0,0) none (0, 1, 0)`: a vector for each axis, empty for none. Nothing where it is no such
// list.
std::optional<std::vector<Vector>> parse_vectors(const std::string& text) {
  std::vector<Vector> vectors;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string::npos) {
    if (text.compare(at, 4, "none") == 0) {
      vectors.emplace_back();
      at += 4;
      continue;
    }
    const std::size_t end = text.find(')', at);
    if (text[at] != '(' || end == std::string::npos) {
      return std::nullopt;
    }
    Vector vector;
    for (const std::string& part : split(text.substr(at + 1, end - at - 1), ',')) {
      const auto value = parse_double(trim(part));
      if (!value) {
        return std::nullopt;
      }
      vector.push_back(*value);
    }
    vectors.push_back(std::move(vector));
    at = end + 1;
  }
  return vectors;
}

std::vector<Vector> require_vectors(const Fields& fields, const char* name) {
  const std::string text = fields.require(name);
  const auto vectors = parse_vectors(text);
  if (!vectors) {
    throw format_error(fields.path, "its NRRD header has '" + std::string(name) + ": " +
                                        printable(text) + "'; expected vectors as (1,0,0)");
  }
  return *vectors;
}

// Signs that lead from the file's world to LPS (x to the left, y to the back, z up); worlds that
// are no patient's stay as they are. ITK and 3D Slicer do the same.
std::array<double, 3> to_lps(const Fields& fields) {
  const std::string space = lower(fields.find("space").value_or(""));
  if (space == "right-anterior-superior" || space == "ras") {
    return {-1, -1, 1};
  }
  if (space == "left-anterior-superior" || space == "las") {
    return {1, -1, 1};
  }
  return {1, 1, 1};
}

SpacingUnit unit_of(const Fields& fields, const char* name, const std::vector<std::size_t>& axes,
                    bool one_for_each_world_axis) {
  const auto text = fields.find(name);
  if (!text) {
    return SpacingUnit::millimetre_by_convention;
  }
  const std::vector<std::string> units = quoted_words(*text);
  std::optional<SpacingUnit> unit;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t at = one_for_each_world_axis ? i : axes[i];
    const auto found = at < units.size() ? spacing_unit_from_name(units[at]) : std::nullopt;
    if (!found || (unit && *unit != *found)) {
      return SpacingUnit::none;
    }
    unit = found;
  }
  return unit.value_or(SpacingUnit::none);
}

void read_directions(const Fields& fields, const std::vector<std::size_t>& axes,
                     NrrdHeader& header) {
  const std::vector<Vector> vectors = require_vectors(fields, "spacedirections");
  const std::array<double, 3> signs = to_lps(fields);
  bool usable = axes.size() == 3;
  Matrix3 direction{};
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const Vector vector = axes[k] < vectors.size() ? vectors[axes[k]] : Vector{};
    if (vector.empty()) {
      usable = false;
      continue;
    }
    double length = 0;
    for (const double component : vector) {
      length = std::hypot(length, component);
    }
    header.spacing.value[k] = length;
    usable = usable && vector.size() == 3 && std::isfinite(length) && length > 0;
    for (std::size_t row = 0; usable && row < 3; ++row) {
      direction[3 * row + k] = signs[row] * vector[row] / length;
    }
  }
  header.direction = usable ? direction : identity_direction;
  header.spacing.unit = unit_of(fields, "spaceunits", axes, true);
  header.spacing.found = "space directions: " + fields.require("spacedirections");
}

void read_spacings(const Fields& fields, const std::vector<std::size_t>& axes, NrrdHeader& header) {
  const std::string text = fields.require("spacings");
  const std::vector<std::string> values = words(text);
  for (std::size_t k = 0; k < axes.size() && axes[k] < values.size(); ++k) {
    const auto value = parse_double(values[axes[k]]);
    // NaN is how the format says that there is none.
    header.spacing.value[k] = value && std::isnan(*value) ? std::nullopt : value;
  }
  header.spacing.unit = unit_of(fields, "units", axes, false);
  header.spacing.found = "spacings: " + text;
}

void read_geometry(const Fields& fields, const std::vector<std::size_t>& axes, NrrdHeader& header) {
  header.spacing.found = "no spacings in the NRRD header";
  header.spacing.one_is_meant = fields.keys.contains(std::string(exact_spacing_key));
  const char* unit = "units";
  if (fields.find("spacedirections")) {
    read_directions(fields, axes, header);
    unit = "spaceunits";
  } else if (fields.find("spacings")) {
    read_spacings(fields, axes, header);
  }
  if (const auto text = fields.find(unit)) {
    header.spacing.found += ", units: " + *text;
  }
  if (fields.find("spaceorigin")) {
    const std::vector<Vector> origin = require_vectors(fields, "spaceorigin");
    const std::array<double, 3> signs = to_lps(fields);
    if (origin.size() == 1 && origin[0].size() == 3) {
      header.origin = {signs[0] * origin[0][0], signs[1] * origin[0][1], signs[2] * origin[0][2]};
    }
  }
}

}  // namespace

NrrdHeader read_nrrd_header(const fs::path& path) {
  const Fields fields = read_fields(path);
  const std::vector<std::int64_t> sizes = sizes_of(fields);
  const std::vector<std::size_t> axes = volume_axes(sizes, fields);
  NrrdHeader header;
  header.size = {sizes[axes[0]], sizes[axes[1]], axes.size() == 3 ? sizes[axes[2]] : 1};
  header.type = type_of(fields);
  read_encoding(fields, header);
  read_place_of_data(fields, header);
  read_geometry(fields, axes, header);
  return header;
}

NrrdKeys read_nrrd_keys(const fs::path& path) {
  constexpr std::int64_t magic_bytes = 7;
  std::error_code ignored;
  const bool is_nrrd =
      !fs::is_directory(path, ignored) && read_beginning(path, magic_bytes).starts_with("NRRD000");
  return is_nrrd ? read_fields(path).keys : NrrdKeys();
}

void rewrite_nrrd_key(const fs::path& path, const std::string& key, const std::string& value) {
  constexpr std::int64_t most_of_ours = 1 << 12;
  const std::string text = read_beginning(path, most_of_ours);
  const std::size_t line = text.find("\n" + key + ":=");
  const std::size_t begin = line + key.size() + 3;
  const std::size_t end = line == std::string::npos ? line : text.find('\n', begin);
  if (end == std::string::npos || end - begin < value.size()) {
    throw format_error(path, "its NRRD header has no room for '" + key + "'");
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(begin));
  file << value << std::string(end - begin - value.size(), ' ');
  file.close();
  if (!file) {
    throw file_errno_error(path, "can't write");
  }
}

}  // namespace fossilct
