// SPDX-License-Identifier: Apache-2.0
#include "specimens/voxel_cells.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "volumes/vector_math.h"

namespace fossilct {
namespace {

// Cells by how many half faces they take in; two counters, as a store to the counter that was just
// loaded stalls and runs of one pattern are the rule.
using Counters = std::array<std::array<std::array<std::int64_t, 256>, 2>, 4>;

struct HalfFaces {
  const std::array<bool, 6>& faces;
  // The number of half faces of the cell that begins at `i` of axis `axis` with `n` cells.
  std::size_t at(int axis, std::int64_t i, std::int64_t n) const {
    const auto low = static_cast<std::size_t>(2 * axis);
    return static_cast<std::size_t>(faces[low] && i == 0) +
           static_cast<std::size_t>(faces[low + 1] && i == n - 1);
  }
};

// The four voxels at each x of the rows (y, z), (y + 1, z), (y, z + 1), (y + 1, z + 1), as bits.
void gather_columns(const VolumeView<const std::uint8_t>& padded, std::int64_t y, std::int64_t z,
                    std::vector<std::uint8_t>& columns) {
  const std::uint8_t* const a = padded.row(y, z);
  const std::uint8_t* const b = padded.row(y + 1, z);
  const std::uint8_t* const c = padded.row(y, z + 1);
  const std::uint8_t* const d = padded.row(y + 1, z + 1);
  for (std::size_t x = 0; x < columns.size(); ++x) {
    columns[x] = static_cast<std::uint8_t>(a[x] | (b[x] << 1) | (c[x] << 2) | (d[x] << 3));
  }
}

struct Corner {
  int x, y, z;
};
Corner corner_of_bit(int bit) { return {bit / 4, bit % 2, (bit / 2) % 2}; }

// The part of S^2 around direction k, seen in the plane that touches the sphere there.
class TangentCell {
 public:
  explicit TangentCell(const Vector3& centre) : centre_(centre) {
    const Vector3 other = std::abs(centre.x) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0};
    const Vector3 u = unit(cross(centre, other));
    const Vector3 v = cross(centre, u);
    // No point is farther than 54.8 degrees from an axis, and tan 54.8 degrees is below 2.
    corners_ = {centre + 2.0 * (u + v), centre + 2.0 * (v - u), centre - 2.0 * (u + v),
                centre + 2.0 * (u - v)};
  }
  void keep_nearer_than(const Vector3& other) {
    const Vector3 normal = centre_ - other;
    std::vector<Vector3> kept;
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      const Vector3& p = corners_[i];
      const Vector3& q = corners_[(i + 1) % corners_.size()];
      const double at_p = dot(normal, p);
      const double at_q = dot(normal, q);
      if (at_p >= 0) {
        kept.push_back(p);
      }
      if ((at_p >= 0) != (at_q >= 0)) {
        kept.push_back(p + (at_p / (at_p - at_q)) * (q - p));
      }
    }
    corners_ = std::move(kept);
  }
  // Van Oosterom and Strackee 1983, IEEE Trans. Biomed. Eng. 30, 125-126, eq. 8.
  double solid_angle() const {
    double sum = 0;
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      const Vector3 p = unit(corners_[i]);
      const Vector3 q = unit(corners_[(i + 1) % corners_.size()]);
      sum += 2 * std::atan2(std::abs(dot(centre_, cross(p, q))),
                            1 + dot(p, q) + dot(q, centre_) + dot(centre_, p));
    }
    return sum;
  }

 private:
  Vector3 centre_;
  std::vector<Vector3> corners_;
};

// Of the 26 steps to a neighbour, the one of each opposite pair that points forward in (z, y, x).
std::array<Index3, 13> forward_steps() {
  std::array<Index3, 13> steps;
  for (std::int64_t k = 14; k < 27; ++k) {
    steps[static_cast<std::size_t>(k - 14)] = {k % 3 - 1, (k / 3) % 3 - 1, k / 9 - 1};
  }
  return steps;
}

std::size_t index_of_step(int x, int y, int z) {
  const int k = 13 + x + 3 * y + 9 * z;
  return static_cast<std::size_t>(k >= 14 ? k - 14 : 12 - k);
}

// How many of the changes between body and background along each direction belong to a cell with
// this pattern: a pair of voxels is seen by 4, 2 or 1 cells.
std::array<double, 13> changes_of(unsigned pattern) {
  std::array<double, 13> changes{};
  for (int i = 0; i < 8; ++i) {
    for (int j = i + 1; j < 8; ++j) {
      if (((pattern >> i) & 1U) != ((pattern >> j) & 1U)) {
        const Corner a = corner_of_bit(i);
        const Corner b = corner_of_bit(j);
        const int steps = std::abs(b.x - a.x) + std::abs(b.y - a.y) + std::abs(b.z - a.z);
        changes[index_of_step(b.x - a.x, b.y - a.y, b.z - a.z)] += 1.0 / (8 >> steps);
      }
    }
  }
  return changes;
}

const std::array<std::array<double, 13>, 256>& changes_table() {
  static const auto table = [] {
    std::array<std::array<double, 13>, 256> made{};
    for (unsigned pattern = 0; pattern < 256; ++pattern) {
      made[pattern] = changes_of(pattern);
    }
    return made;
  }();
  return table;
}

// 8 times what the point in the middle of a cell, the halves of the 6 edges and the quarters of the
// 12 faces that meet there, and the eighths of the 8 cubes add to the Euler number.
int euler_eighths(unsigned pattern) {
  int sum = pattern != 0 ? 8 : 0;
  for (const unsigned half : {0x0FU, 0xF0U, 0x55U, 0xAAU, 0x33U, 0xCCU}) {
    sum -= (pattern & half) != 0 ? 4 : 0;
  }
  for (int i = 0; i < 8; ++i) {
    sum -= static_cast<int>((pattern >> i) & 1U);
    for (const int axis : {1, 2, 4}) {
      const unsigned pair = (1U << i) | (1U << (i | axis));
      sum += (i & axis) == 0 && (pattern & pair) != 0 ? 2 : 0;
    }
  }
  return sum;
}

}  // namespace

CellCounts count_cells(const VolumeView<const std::uint8_t>& padded,
                       const std::array<bool, 6>& half_faces) {
  const Size3 cells{padded.size().x - 1, padded.size().y - 1, padded.size().z - 1};
  const HalfFaces halves{half_faces};
  Counters counters{};
  std::vector<std::uint8_t> columns(static_cast<std::size_t>(padded.size().x));
  for (std::int64_t z = 0; z < cells.z; ++z) {
    for (std::int64_t y = 0; y < cells.y; ++y) {
      gather_columns(padded, y, z, columns);
      const std::size_t of_row = halves.at(1, y, cells.y) + halves.at(2, z, cells.z);
      const auto count = [&](std::int64_t x, std::size_t halvings) {
        const auto at = static_cast<std::size_t>(x);
        ++counters[std::min<std::size_t>(halvings, 3)][at & 1]
                  [static_cast<std::size_t>(columns[at] | (columns[at + 1] << 4))];
      };
      count(0, of_row + halves.at(0, 0, cells.x));
      for (std::int64_t x = 1; x < cells.x - 1; ++x) {
        count(x, of_row);
      }
      count(cells.x - 1, of_row + halves.at(0, cells.x - 1, cells.x));
    }
  }
  CellCounts result{};
  for (std::size_t k = 0; k < 256; ++k) {
    for (std::size_t halvings = 0; halvings < 4; ++halvings) {
      const auto& counter = counters[halvings];
      result[k] += std::ldexp(static_cast<double>(counter[0][k] + counter[1][k]),
                              -static_cast<int>(halvings));
    }
  }
  return result;
}

std::int64_t euler_number(const CellCounts& cells) {
  double eighths = 0;
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    eighths += cells[pattern] * euler_eighths(pattern);
  }
  return std::llround(eighths / 8);
}

std::array<LatticeDirection, 13> lattice_directions(const Vector3& spacing) {
  std::array<LatticeDirection, 13> directions;
  std::array<Vector3, 26> on_sphere;
  const std::array<Index3, 13> steps = forward_steps();
  for (std::size_t k = 0; k < 13; ++k) {
    const Vector3 step = scaled({static_cast<double>(steps[k].x), static_cast<double>(steps[k].y),
                                 static_cast<double>(steps[k].z)},
                                spacing);
    directions[k].step = steps[k];
    directions[k].length = length(step);
    on_sphere[k] = unit(step);
    on_sphere[k + 13] = -1.0 * on_sphere[k];
  }
  constexpr double half_sphere = 2 * 3.14159265358979323846;
  for (std::size_t k = 0; k < 13; ++k) {
    TangentCell cell(on_sphere[k]);
    for (std::size_t other = 0; other < 26; ++other) {
      if (other != k) {
        cell.keep_nearer_than(on_sphere[other]);
      }
    }
    directions[k].share = cell.solid_angle() / half_sphere;
  }
  return directions;
}

double surface_area(const CellCounts& cells, const Vector3& spacing) {
  std::array<double, 13> changes{};
  for (std::size_t pattern = 0; pattern < 256; ++pattern) {
    for (std::size_t k = 0; k < 13; ++k) {
      changes[k] += cells[pattern] * changes_table()[pattern][k];
    }
  }
  const std::array<LatticeDirection, 13> directions = lattice_directions(spacing);
  double sum = 0;
  for (std::size_t k = 0; k < 13; ++k) {
    sum += directions[k].share * changes[k] / directions[k].length;
  }
  // A chord has two ends, hence 2 in place of 4.
  return 2 * spacing.x * spacing.y * spacing.z * sum;
}

}  // namespace fossilct
