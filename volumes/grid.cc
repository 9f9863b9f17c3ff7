// SPDX-License-Identifier: Apache-2.0
#include "volumes/grid.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "volumes/vector_math.h"

namespace fossilct {

namespace {

bool is_orthonormal(const Matrix3& m) {
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double dot = m[i] * m[j] + m[i + 3] * m[j + 3] + m[i + 6] * m[j + 6];
      if (!(std::abs(dot - (i == j ? 1.0 : 0.0)) < 1e-3)) {
        return false;
      }
    }
  }
  return true;
}

bool is_length(double value) { return std::isfinite(value) && value > 0; }

}  // namespace

std::int64_t voxel_count(const Size3& size) {
  std::int64_t count = 0;
  if (__builtin_mul_overflow(size.x, size.y, &count) ||
      __builtin_mul_overflow(count, size.z, &count) || count > (std::int64_t{1} << 59)) {
    throw Error(ErrorKind::format,
                "a volume of " + std::to_string(size.x) + " x " + std::to_string(size.y) + " x " +
                    std::to_string(size.z) +
                    " voxels is more than any machine holds; its header is damaged");
  }
  return count;
}

bool Box::contains(const Box& other) const {
  return other.begin.x >= begin.x && other.begin.y >= begin.y && other.begin.z >= begin.z &&
         other.end.x <= end.x && other.end.y <= end.y && other.end.z <= end.z;
}

Box common(const Box& a, const Box& b) {
  return {{std::max(a.begin.x, b.begin.x), std::max(a.begin.y, b.begin.y),
           std::max(a.begin.z, b.begin.z)},
          {std::min(a.end.x, b.end.x), std::min(a.end.y, b.end.y), std::min(a.end.z, b.end.z)}};
}

Box united(const Box& a, const Box& b) {
  return {{std::min(a.begin.x, b.begin.x), std::min(a.begin.y, b.begin.y),
           std::min(a.begin.z, b.begin.z)},
          {std::max(a.end.x, b.end.x), std::max(a.end.y, b.end.y), std::max(a.end.z, b.end.z)}};
}

Box padded(const Box& box, const Size3& margin, const Size3& volume) {
  return common({{box.begin.x - margin.x, box.begin.y - margin.y, box.begin.z - margin.z},
                 {box.end.x + margin.x, box.end.y + margin.y, box.end.z + margin.z}},
                whole(volume));
}

Box padded(const Box& box, std::int64_t margin, const Size3& volume) {
  return padded(box, {margin, margin, margin}, volume);
}

Box moved(const Box& box, const Index3& by) {
  return {{box.begin.x + by.x, box.begin.y + by.y, box.begin.z + by.z},
          {box.end.x + by.x, box.end.y + by.y, box.end.z + by.z}};
}

Box relative(const Box& box, const Index3& origin) {
  return moved(box, {-origin.x, -origin.y, -origin.z});
}

Vector3 Grid::physical_from_index(const Vector3& index) const {
  return origin_um + direction * scaled(index, spacing_um);
}

Vector3 Grid::index_from_physical(const Vector3& p_um) const {
  const Vector3 d = transposed_times(direction, p_um - origin_um);
  return {d.x / spacing_um.x, d.y / spacing_um.y, d.z / spacing_um.z};
}

Grid cropped(const Grid& grid, const Box& box) {
  Grid result = grid;
  result.size = box.size();
  result.origin_um =
      grid.physical_from_index({static_cast<double>(box.begin.x), static_cast<double>(box.begin.y),
                                static_cast<double>(box.begin.z)});
  return result;
}

Grid reduced(const Grid& grid, std::int64_t factor) {
  const auto block = [factor](std::int64_t n) { return std::min(n, factor); };
  const auto count = [factor](std::int64_t n) { return std::max<std::int64_t>(1, n / factor); };
  const auto centre = [&](std::int64_t n) { return static_cast<double>(block(n) - 1) / 2; };
  Grid result = grid;
  result.size = {count(grid.size.x), count(grid.size.y), count(grid.size.z)};
  result.origin_um =
      grid.physical_from_index({centre(grid.size.x), centre(grid.size.y), centre(grid.size.z)});
  result.spacing_um = {grid.spacing_um.x * static_cast<double>(block(grid.size.x)),
                       grid.spacing_um.y * static_cast<double>(block(grid.size.y)),
                       grid.spacing_um.z * static_cast<double>(block(grid.size.z))};
  return result;
}

void check(const Grid& grid) {
  if (grid.size.x < 1 || grid.size.y < 1 || grid.size.z < 1) {
    throw Error(ErrorKind::format, "the volume has " + std::to_string(grid.size.x) + " x " +
                                       std::to_string(grid.size.y) + " x " +
                                       std::to_string(grid.size.z) +
                                       " voxels; expected at least 1 along each axis");
  }
  voxel_count(grid.size);
  const Vector3& s = grid.spacing_um;
  if (!is_length(s.x) || !is_length(s.y) || !is_length(s.z)) {
    throw Error(ErrorKind::format, "the spacing is " + format_number(s.x) + ", " +
                                       format_number(s.y) + ", " + format_number(s.z) +
                                       "; expected three positive numbers; give --spacing-um");
  }
  const Vector3& o = grid.origin_um;
  if (!std::isfinite(o.x) || !std::isfinite(o.y) || !std::isfinite(o.z)) {
    throw Error(ErrorKind::format, "the origin holds a value that is no number");
  }
  if (!is_orthonormal(grid.direction)) {
    throw Error(ErrorKind::format,
                "the axes are not at right angles to each other (sheared or "
                "mirrored onto each other); resample the scan first");
  }
}

}  // namespace fossilct
