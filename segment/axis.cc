// SPDX-License-Identifier: Apache-2.0
#include "segment/axis.h"

#include "base/error.h"

namespace fossilct {
namespace {

constexpr std::string_view letters = "zyx";

}  // namespace

char letter_of(Axis axis) { return letters[static_cast<std::size_t>(axis)]; }

std::vector<Axis> parse_axes(std::string_view option, std::string_view text) {
  std::vector<Axis> axes;
  for (const char letter : text) {
    const std::size_t place = letters.find(letter);
    const auto axis = static_cast<Axis>(place);
    if (place == std::string_view::npos ||
        std::find(axes.begin(), axes.end(), axis) != axes.end()) {
      axes.clear();
      break;
    }
    axes.push_back(axis);
  }
  if (axes.empty()) {
    throw option_error(option, "'" + std::string(text) +
                                   "': expected the letters z, y, x, each at most once: zyx for "
                                   "slices along all three axes, z for those of the scan");
  }
  return axes;
}

std::string name_of(const std::vector<Axis>& axes) {
  std::string name;
  for (const Axis axis : axes) {
    name += letter_of(axis);
  }
  return name;
}

SlicePart whole_slices(const Size3& size, Axis axis) {
  switch (axis) {
    case Axis::y:
      return {axis, size.y, 0, 0, size.z, size.x};
    case Axis::x:
      return {axis, size.x, 0, 0, size.z, size.y};
    case Axis::z:
      break;
  }
  return {axis, size.z, 0, 0, size.y, size.x};
}

Box box_of(const SlicePart& part, std::int64_t context) {
  const std::int64_t first = part.slice - context, end = part.slice + context + 1;
  const std::int64_t row_end = part.row + part.rows, column_end = part.column + part.columns;
  switch (part.axis) {
    case Axis::y:
      return {{part.column, first, part.row}, {column_end, end, row_end}};
    case Axis::x:
      return {{first, part.column, part.row}, {end, column_end, row_end}};
    case Axis::z:
      break;
  }
  return {{part.column, part.row, first}, {column_end, row_end, end}};
}

Box box_inside(const SlicePart& part, std::int64_t context, const Size3& size) {
  return common(box_of(part, context), whole(size));
}

}  // namespace fossilct
