// SPDX-License-Identifier: Apache-2.0

// VGStudio's header of a raw volume: INI-like text with sections in brackets inside groups in
// braces. Read by hand, since no library kept here knows it, and since Boost's INI parser, which
// `io` does not link, takes no groups. The format is not published; the fields used here are those
// that VGStudio MAX writes and other readers agree on:
//   [file1] Name, Size, Datatype, BitsPerElement, SkipHeader, FileFormat
//   [representation] size, datatype, bitsperelement (where [file1] lacks them)
//   [geometry] resolution, unit (mm where missing)
#include <array>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/header_text.h"
#include "io/raw_voxels.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// Scenes grow long by their render settings; a header longer than this is none.
constexpr std::int64_t longest_vgi = 8 << 20;

// "section/key" in lower case -> value; the first one counts, later groups repeat names.
using VgiFields = std::map<std::string, std::string>;

VgiFields read_fields(const fs::path& path) {
  VgiFields fields;
  std::string section;
  for (const std::string& line : split(read_beginning(path, longest_vgi), '\n')) {
    const std::string_view text = trim(line);
    const std::size_t equals = text.find('=');
    if (text.starts_with('[') && text.ends_with(']')) {
      section = lower(trim(text.substr(1, text.size() - 2)));
    } else if (equals != std::string_view::npos) {
      fields.emplace(section + "/" + lower(trim(text.substr(0, equals))),
                     std::string(trim(text.substr(equals + 1))));
    }
  }
  return fields;
}

std::optional<std::string> find(const VgiFields& fields, const std::string& key) {
  for (const char* section : {"file1/", "representation/"}) {
    const auto field = fields.find(section + key);
    if (field != fields.end()) {
      return field->second;
    }
  }
  return std::nullopt;
}

std::string require(const VgiFields& fields, const std::string& key, const fs::path& path) {
  const auto value = find(fields, key);
  if (!value) {
    throw format_error(
        path, "has no '" + key + "' in [file1] or [representation]; is it a VGStudio volume?");
  }
  return *value;
}

Size3 size_from(const VgiFields& fields, const fs::path& path) {
  const std::string text = require(fields, "size", path);
  std::array<std::int64_t, 3> size{};
  const std::vector<std::string> parts = words(text);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto value = parts.size() == 3 ? parse_integer(parts[axis]) : std::nullopt;
    if (!value || *value < 1) {
      throw format_error(path, "its size is '" + text + "'; expected three numbers from 1 up");
    }
    size[axis] = *value;
  }
  return {size[0], size[1], size[2]};
}

PixelType type_of(const VgiFields& fields, const fs::path& path) {
  const std::string bits = require(fields, "bitsperelement", path);
  const std::string kind = lower(find(fields, "datatype").value_or("unsigned integer"));
  const std::string letter = kind.starts_with("float") ? "f" : kind.starts_with("uns") ? "u" : "i";
  const auto type = pixel_type_from_name(letter + bits);
  if (!type) {
    throw format_error(path, "its voxels are '" + kind + "' of " + bits +
                                 " bits; expected integers of 8, 16 or 32 bits, or float of 32");
  }
  return *type;
}

std::int64_t header_bytes(const VgiFields& fields, const fs::path& path) {
  const std::string text = find(fields, "skipheader").value_or("0");
  const auto value = parse_integer(text);
  if (!value || *value < 0) {
    throw format_error(path, "its SkipHeader is '" + text + "'; expected a number of bytes");
  }
  return *value;
}

void require_one_raw_file(const VgiFields& fields, const fs::path& path) {
  const std::string format = lower(find(fields, "fileformat").value_or("raw"));
  if (format != "raw") {
    throw format_error(path, "its data are of format '" + format +
                                 "'; only raw is read: export them as raw from VGStudio");
  }
  if (fields.contains("file2/name")) {
    throw format_error(path, "its data are spread over several files; export them as one raw file");
  }
}

// The name in the header was written on the machine of the scanner: only its last part counts. A
// data file renamed together with its header is found by that.
fs::path data_file_of(const VgiFields& fields, const fs::path& path,
                      std::vector<std::string>& notices) {
  const std::string name = require(fields, "name", path);
  const std::size_t slash = name.find_last_of("/\\");
  const fs::path folder = path.parent_path();
  fs::path named = folder / (slash == std::string::npos ? name : name.substr(slash + 1));
  std::error_code ignored;
  if (fs::is_regular_file(named, ignored)) {
    return named;
  }
  for (const char* extension : {".vol", ".raw", ".dat"}) {
    fs::path renamed = path;
    renamed.replace_extension(extension);
    if (fs::is_regular_file(renamed, ignored)) {
      notices.push_back(path.string() + ": names '" + name + "', which is not here; " +
                        renamed.filename().string() + " of the same name is read");
      return renamed;
    }
  }
  throw file_error(named, "is missing; " + path.filename().string() + " says the voxels are there");
}

FoundSpacing spacing_of(const VgiFields& fields) {
  for (const auto& [key, value] : fields) {
    if (!key.starts_with("geometry") || !key.ends_with("/resolution")) {
      continue;
    }
    FoundSpacing found;
    const std::vector<std::string> parts = words(value);
    for (std::size_t axis = 0; axis < 3 && parts.size() == 3; ++axis) {
      found.value[axis] = parse_double(parts[axis]);
    }
    const auto unit = fields.find(key.substr(0, key.find('/')) + "/unit");
    const bool states_unit = unit != fields.end();
    found.unit = states_unit ? spacing_unit_from_name(unit->second).value_or(SpacingUnit::none)
                             : SpacingUnit::millimetre_by_convention;
    found.found = "resolution = " + value + (states_unit ? ", unit = " + unit->second : "");
    return found;
  }
  return {{}, SpacingUnit::none, false, "no resolution in the .vgi file"};
}

}  // namespace

Container open_vgi(const fs::path& path, const OpenOptions& /*options*/, Progress& /*progress*/) {
  const VgiFields fields = read_fields(path);
  require_one_raw_file(fields, path);
  ScanDescription description;
  description.format = "VGStudio raw";
  const RawLayout layout{size_from(fields, path), type_of(fields, path), false,
                         header_bytes(fields, path)};
  const fs::path data = data_file_of(fields, path, description.notices);
  description.files = {path, data};
  return {open_raw_voxels(data, layout, std::move(description)), spacing_of(fields), false};
}

}  // namespace fossilct
