// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

// What a measurement is in. Lengths, areas and volumes are micrometres, or voxel edges where the
// scan's voxel size is not known (Grid::spacing_known).
enum class Unit { none, count, voxels, length, area, volume, per_volume, intensity };
// "um", "um2", "um3" or "voxel", "voxel2", "voxel3" for lengths and what they make; "" for none.
std::string unit_text(Unit unit, bool spacing_known);

// One thing that is measured of a fossil. The name is the row of the catalogue and, with its unit
// behind it, the column of specimens.csv.
struct MeasurementKind {
  std::string_view name;
  Unit unit = Unit::none;
  std::string_view definition;  // a sentence without its full stop
  std::string_view source;      // paper and equation; empty where the definition is all
};

// A number measured, or why there is none.
struct Measurement {
  std::string name;
  std::optional<double> value;
  std::string reason;  // "not resolvable", where there is no value
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

}  // namespace fossilct
