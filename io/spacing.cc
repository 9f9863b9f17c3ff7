// SPDX-License-Identifier: Apache-2.0
#include "io/spacing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

constexpr double um_per_inch = 25400;
// Resolutions that programs write when nobody told them one.
constexpr std::array<double, 6> placeholder_dpi = {72, 75, 96, 150, 300, 600};
// A dpi that went through whole dots per metre or per centimetre is off by this at most: 72 dpi
// becomes 2835 dots per metre, which is 72.009 dpi.
constexpr double dpi_tolerance = 1e-3;
// No scanner of rock cores has voxels outside of this range.
constexpr double smallest_plausible_um = 1e-3;
constexpr double largest_plausible_um = 5e3;

bool is_length(double value) { return std::isfinite(value) && value > 0; }

// Fifteen digits, so that 0.00071 mm reads as 0.71 um and not as 0.7100000000000001.
double scaled(double value, double factor) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.15g", value * factor);
  return std::strtod(text.data(), nullptr);
}

std::string text_of(const Vector3& v) {
  if (v.x == v.y && v.y == v.z) {
    return format_rounded(v.x);
  }
  return format_rounded(v.x) + "," + format_rounded(v.y) + "," + format_rounded(v.z);
}

bool is_complete(const FoundSpacing& found) {
  return found.value[0] && found.value[1] && found.value[2];
}

std::optional<double> bad_value(const FoundSpacing& found) {
  for (const std::optional<double>& value : found.value) {
    if (value && !is_length(*value)) {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<double> placeholder_resolution(const FoundSpacing& found) {
  const double um = um_per(found.unit);
  if (!found.from_resolution_tag || um == 0) {
    return std::nullopt;
  }
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double dpi = um_per_inch / (found.value[axis].value_or(0) * um);
    for (const double placeholder : placeholder_dpi) {
      if (std::abs(dpi - placeholder) <= dpi_tolerance * placeholder) {
        return placeholder;
      }
    }
  }
  return std::nullopt;
}

// A default has one length for all axes, or no such unit: whoever wrote this knew.
bool is_told_in_um(const FoundSpacing& found) {
  const std::optional<double>& z = found.value[2];
  return found.unit == SpacingUnit::micrometre && !found.plane_apart && z && *z != 1.0;
}

// Slices may lie at any distance; in the plane nobody measures exactly one of anything, unless the
// file says so.
bool is_one_in_plane(const FoundSpacing& found) {
  return !found.one_is_meant && !is_told_in_um(found) && found.value[0] == 1.0 &&
         found.value[1] == 1.0;
}

// What keeps the spacing of the file from being believed; empty where nothing does.
std::string doubt_about(const FoundSpacing& found, SpacingUnit unit) {
  if (const auto bad = bad_value(found)) {
    return format_rounded(*bad) + " is no voxel size";
  }
  if (const auto dpi = placeholder_resolution(found)) {
    return format_number(*dpi) + " dpi is what programs write when nobody told them the voxel size";
  }
  if (is_one_in_plane(found)) {
    return "exactly 1 along " + std::string(found.value[2] == 1.0 ? "every axis" : "x and y") +
           " is what programs write when nobody told them the voxel size";
  }
  if (found.value[0] && found.value[1] && !found.value[2]) {
    return "it gives no distance between slices (z)";
  }
  if (!is_complete(found)) {
    return "the voxel size is not known";
  }
  return unit == SpacingUnit::none ? "it states no unit" : "";
}

// The option that would mend it, with the file's own numbers where they may be right.
std::string remedy_for(const FoundSpacing& found, SpacingUnit unit) {
  const double um = um_per(unit);
  const bool believable =
      !bad_value(found) && !placeholder_resolution(found) && !is_one_in_plane(found);
  if (believable && is_complete(found) && unit == SpacingUnit::none) {
    return "give --spacing-unit um or --spacing-unit mm, or the voxel size in micrometres as "
           "--spacing-um 0.71 (or x,y,z)";
  }
  if (believable && found.value[0] && found.value[1] && !found.value[2] && um != 0) {
    return "give --spacing-um " + format_number(scaled(*found.value[0], um)) + "," +
           format_number(scaled(*found.value[1], um)) + ",Z with the distance of slices Z";
  }
  return "give the voxel size in micrometres, --spacing-um 0.71 (or x,y,z)";
}

void require_length(double value) {
  if (!is_length(value)) {
    throw option_error("--spacing-um", format_number(value) +
                                           " is no voxel size; expected a positive number of "
                                           "micrometres, as 0.71, or three as 0.71,0.71,1.4");
  }
}

// The origin follows the voxels: what made the spacing of the file wrong made its origin wrong by
// the same factor. 0 where there is no such factor.
double um_per_unit_given(const FoundSpacing& found, const Vector3& given_um) {
  if (!is_complete(found) || bad_value(found)) {
    return um_per(found.unit);
  }
  const double factor = given_um.x / *found.value[0];
  const auto agrees = [factor](double given, double in_file) {
    return std::abs(given - factor * in_file) <= 1e-6 * given;
  };
  return agrees(given_um.y, *found.value[1]) && agrees(given_um.z, *found.value[2]) ? factor : 0;
}

SettledSpacing given_spacing(const FoundSpacing& found, const SpacingOptions& options,
                             const std::filesystem::path& path) {
  const Vector3& given = *options.spacing_um;
  require_length(given.x);
  require_length(given.y);
  require_length(given.z);
  SettledSpacing settled{given, true, um_per_unit_given(found, given), {}};
  const SpacingUnit unit = options.unit.value_or(found.unit);
  if (doubt_about(found, unit).empty()) {
    const double um = um_per(unit);
    const Vector3 in_file{scaled(*found.value[0], um), scaled(*found.value[1], um),
                          scaled(*found.value[2], um)};
    if (!(in_file == given)) {
      settled.notices.push_back(path.string() + ": the file says " + text_of(in_file) +
                                " um; --spacing-um " + text_of(given) + " is taken");
    }
  }
  return settled;
}

SettledSpacing spacing_of_file(const FoundSpacing& found, SpacingUnit unit,
                               const std::filesystem::path& path) {
  const double um = um_per(unit);
  SettledSpacing settled{
      {scaled(*found.value[0], um), scaled(*found.value[1], um), scaled(*found.value[2], um)},
      true,
      um,
      {}};
  if (unit == SpacingUnit::millimetre_by_convention) {
    settled.notices.push_back(path.string() + ": " + found.found +
                              "; no unit is stated, so it is taken as mm, the convention of the "
                              "format: " +
                              text_of(settled.spacing_um) + " um (--spacing-unit um overrides)");
  }
  return settled;
}

SettledSpacing unknown_spacing(const FoundSpacing& found, const std::string& doubt,
                               const std::filesystem::path& path) {
  // That a length is absent is said by what was found.
  const bool says_more = is_complete(found) || bad_value(found) || is_one_in_plane(found) ||
                         placeholder_resolution(found);
  return {{1, 1, 1},
          false,
          0,
          {path.string() + ": the voxel size is not known (" + found.found +
           (says_more ? "; " + doubt : "") + "); lengths are in voxels"}};
}

void note_if_suspicious(SettledSpacing& settled, const std::filesystem::path& path) {
  const Vector3& s = settled.spacing_um;
  const auto [low, high] = std::minmax({s.x, s.y, s.z});
  if (low < smallest_plausible_um || high > largest_plausible_um) {
    settled.notices.push_back(path.string() + ": a voxel of " + text_of(s) +
                              " um is unusual; is the unit right? (--spacing-unit um or mm, "
                              "--spacing-um)");
  }
}

}  // namespace

double um_per(SpacingUnit unit) {
  switch (unit) {
    case SpacingUnit::none:
      return 0;
    case SpacingUnit::nanometre:
      return 1e-3;
    case SpacingUnit::micrometre:
      return 1;
    case SpacingUnit::millimetre:
    case SpacingUnit::millimetre_by_convention:
      return 1e3;
    case SpacingUnit::centimetre:
      return 1e4;
    case SpacingUnit::metre:
      return 1e6;
    case SpacingUnit::inch:
      return um_per_inch;
  }
  return 0;
}

std::optional<SpacingUnit> spacing_unit_from_name(std::string_view name) {
  // The micro sign comes as U+00B5, as the Greek letter U+03BC, as one byte of Latin-1, and from
  // ImageJ spelt out.
  static constexpr std::array<std::pair<std::string_view, SpacingUnit>, 31> names = {{
      {"um", SpacingUnit::micrometre},
      {"\xC2\xB5m", SpacingUnit::micrometre},
      {"\xCE\xBCm", SpacingUnit::micrometre},
      {"\xB5m", SpacingUnit::micrometre},
      {"\\u00b5m", SpacingUnit::micrometre},
      {"micron", SpacingUnit::micrometre},
      {"microns", SpacingUnit::micrometre},
      {"micrometer", SpacingUnit::micrometre},
      {"micrometers", SpacingUnit::micrometre},
      {"micrometre", SpacingUnit::micrometre},
      {"micrometres", SpacingUnit::micrometre},
      {"mm", SpacingUnit::millimetre},
      {"millimeter", SpacingUnit::millimetre},
      {"millimeters", SpacingUnit::millimetre},
      {"millimetre", SpacingUnit::millimetre},
      {"millimetres", SpacingUnit::millimetre},
      {"nm", SpacingUnit::nanometre},
      {"nanometer", SpacingUnit::nanometre},
      {"nanometers", SpacingUnit::nanometre},
      {"nanometre", SpacingUnit::nanometre},
      {"nanometres", SpacingUnit::nanometre},
      {"cm", SpacingUnit::centimetre},
      {"centimeter", SpacingUnit::centimetre},
      {"centimetre", SpacingUnit::centimetre},
      {"m", SpacingUnit::metre},
      {"meter", SpacingUnit::metre},
      {"meters", SpacingUnit::metre},
      {"metre", SpacingUnit::metre},
      {"metres", SpacingUnit::metre},
      {"inch", SpacingUnit::inch},
      {"inches", SpacingUnit::inch},
  }};
  const std::string wanted = lower(trim(name));
  for (const auto& [spelling, unit] : names) {
    if (wanted == spelling) {
      return unit;
    }
  }
  return std::nullopt;
}

Vector3 parse_spacing_um(std::string_view text) {
  const std::vector<std::string> parts = split(text, ',');
  std::vector<double> values;
  for (const std::string& part : parts) {
    const auto value = parse_double(trim(part));
    if (!value || (parts.size() != 1 && parts.size() != 3)) {
      throw option_error("--spacing-um", "'" + std::string(text) +
                                             "' is no voxel size; expected micrometres, as 0.71, "
                                             "or x,y,z as 0.71,0.71,1.4");
    }
    require_length(*value);
    values.push_back(*value);
  }
  return values.size() == 1 ? Vector3{values[0], values[0], values[0]}
                            : Vector3{values[0], values[1], values[2]};
}

SettledSpacing settle_spacing(const FoundSpacing& as_read, const SpacingOptions& options,
                              const std::filesystem::path& path) {
  constexpr std::size_t most_shown = 300;
  FoundSpacing found = as_read;
  found.found = printable(as_read.found, most_shown);  // it quotes the file
  SettledSpacing settled;
  const SpacingUnit unit = options.unit.value_or(found.unit);
  if (options.spacing_um) {
    settled = given_spacing(found, options, path);
  } else if (const std::string doubt = doubt_about(found, unit); doubt.empty()) {
    settled = spacing_of_file(found, unit, path);
  } else if (options.unknown) {
    return unknown_spacing(found, doubt, path);
  } else {
    throw format_error(path, found.found + ": " + doubt + "; " + remedy_for(found, unit) +
                                 ", or --spacing-unknown to go on in voxels");
  }
  note_if_suspicious(settled, path);
  return settled;
}

}  // namespace fossilct
