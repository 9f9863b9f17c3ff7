// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

// Unit in which a container states its lengths. `none`: it states a number and no unit.
// `millimetre_by_convention`: the format says mm where nothing else is said (MHA, NRRD, NIfTI).
enum class SpacingUnit {
  none,
  nanometre,
  micrometre,
  millimetre,
  centimetre,
  metre,
  inch,
  millimetre_by_convention
};

// Our exports state the voxel size once more under this key, for those containers that can't hold
// all its digits and so that a spacing of exactly 1 um is known to be meant; absent where it is
// unknown.
inline constexpr std::string_view exact_spacing_key = "fossilct.spacing_um";

// "um", "µm", "micron", "mm", "nm", ... in any case; nothing where not known.
std::optional<SpacingUnit> spacing_unit_from_name(std::string_view name);
// Micrometres; 0 for `none`.
double um_per(SpacingUnit unit);

// What a reader found in the file about the voxel size, before anyone believes it.
struct FoundSpacing {
  std::array<std::optional<double>, 3> value;  // x, y, z in `unit`
  SpacingUnit unit = SpacingUnit::none;
  bool from_resolution_tag = false;              // dots per inch or per cm of a 2D image
  std::string found = "no spacing in the file";  // for the message: tag or field, value, unit
  // The file carries our own exports' mark, so that a spacing of 1 in it is meant and no
  // placeholder.
  bool one_is_meant = false;
  // x and y stand in other fields than z and the unit (ImageJ's TIFF): what is said of these does
  // not vouch for those.
  bool plane_apart = false;
};

// What the user said: --spacing-um, --spacing-unit, --spacing-unknown.
struct SpacingOptions {
  std::optional<Vector3> spacing_um;
  std::optional<SpacingUnit> unit;  // micrometre or millimetre: overrides what the file says
  bool unknown = false;
};

// "0.71" or "0.71,0.71,1.4"; throws Error{option} where a value is not finite and positive.
Vector3 parse_spacing_um(std::string_view text);

struct SettledSpacing {
  Vector3 spacing_um;
  bool known = true;
  double um_per_unit = 1;  // for the origin, which is in the same unit; 0 = no unit
  std::vector<std::string> notices;
};

// The rule of the house: a spacing is never silently 1. Given by the user: taken. In the file with
// a unit, or by convention in mm: taken unless it is a placeholder (exactly 1 along x and y,
// whatever z and the unit, but for 1, 1 and another z that one field states in micrometres; a
// resolution tag of 72, 75, 96, 150, 300 or 600 dpi; no z). Else, with `unknown`: voxels. Else
// throws Error{format} that tells what was found and which option to give.
SettledSpacing settle_spacing(const FoundSpacing& found, const SpacingOptions& options,
                              const std::filesystem::path& path);

}  // namespace fossilct
