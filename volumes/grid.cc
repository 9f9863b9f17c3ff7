// SPDX-License-Identifier: Apache-2.0
#include "volumes/grid.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

Vector3 multiply(const Matrix3& m, const Vector3& v) {
  return {m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
          m[6] * v.x + m[7] * v.y + m[8] * v.z};
}

// Inverse of an orthonormal matrix.
Vector3 multiply_transposed(const Matrix3& m, const Vector3& v) {
  return {m[0] * v.x + m[3] * v.y + m[6] * v.z, m[1] * v.x + m[4] * v.y + m[7] * v.z,
          m[2] * v.x + m[5] * v.y + m[8] * v.z};
}

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

Vector3 Grid::physical_from_index(const Vector3& index) const {
  const Vector3 d =
      multiply(direction, {index.x * spacing_um.x, index.y * spacing_um.y, index.z * spacing_um.z});
  return {origin_um.x + d.x, origin_um.y + d.y, origin_um.z + d.z};
}

Vector3 Grid::index_from_physical(const Vector3& p_um) const {
  const Vector3 d = multiply_transposed(
      direction, {p_um.x - origin_um.x, p_um.y - origin_um.y, p_um.z - origin_um.z});
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
