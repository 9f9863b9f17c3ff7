// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

// What slices are perpendicular to. Rows and columns of a slice: z: (y, x), y: (z, x), x: (z, y).
enum class Axis : std::uint8_t { z, y, x };

// "zyx", "z", "xy" ...: each letter once, the order kept. Throws Error{option} naming `option`.
std::vector<Axis> parse_axes(std::string_view option, std::string_view text);
std::string name_of(const std::vector<Axis>& axes);
char letter_of(Axis axis);

// A part of a slice: rows [row, row + rows), columns likewise, of slice `slice`.
struct SlicePart {
  Axis axis = Axis::z;
  std::int64_t slice = 0;
  std::int64_t row = 0;
  std::int64_t column = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};
// How many slices, rows and columns a volume has along an axis, as a part that is one whole slice;
// its `slice` is their number.
SlicePart whole_slices(const Size3& size, Axis axis);
// The voxels of a part and of `context` slices on each side of it; may leave the volume.
Box box_of(const SlicePart& part, std::int64_t context);
// Those of them that lie inside a volume.
Box box_inside(const SlicePart& part, std::int64_t context, const Size3& size);

}  // namespace fossilct
