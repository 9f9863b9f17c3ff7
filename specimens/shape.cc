// SPDX-License-Identifier: Apache-2.0
#include "specimens/shape.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "specimens/convex_hull.h"
#include "specimens/eigensystem.h"
#include "specimens/voxel_cells.h"

namespace fossilct {
namespace {

struct Run {
  std::int64_t y, z, begin, end;  // from the first to behind the last voxel of the row
};

struct Sums {
  std::int64_t voxels = 0;
  Box box;  // in the crop
  Vector3 mean;
  Matrix3 covariance{};  // in voxels
  std::vector<Run> runs;
};

class Moments {
 public:
  void add(double x, double y, double z) {
    const std::array<double, 3> p = {x, y, z};
    for (std::size_t i = 0; i < 3; ++i) {
      first_[i] += p[i];
      for (std::size_t j = 0; j < 3; ++j) {
        second_[3 * i + j] += p[i] * p[j];
      }
    }
  }
  Vector3 mean(double n) const { return {first_[0] / n, first_[1] / n, first_[2] / n}; }
  Matrix3 covariance(double n) const {
    Matrix3 result{};
    for (std::size_t k = 0; k < 9; ++k) {
      result[k] = second_[k] / n - (first_[k / 3] / n) * (first_[k % 3] / n);
    }
    return result;
  }

 private:
  std::array<double, 3> first_{};
  Matrix3 second_{};
};

void widen(Box& box, const Run& run, bool first) {
  if (first) {
    box = {{run.begin, run.y, run.z}, {run.end, run.y + 1, run.z + 1}};
    return;
  }
  box.begin = {std::min(box.begin.x, run.begin), std::min(box.begin.y, run.y), box.begin.z};
  box.end = {std::max(box.end.x, run.end), std::max(box.end.y, run.y + 1), run.z + 1};
}

Sums sums_of(const VolumeView<const std::uint8_t>& mask) {
  Sums sums;
  Moments moments;
  const Size3 size = mask.size();
  const Vector3 middle = 0.5 * Vector3{static_cast<double>(size.x), static_cast<double>(size.y),
                                       static_cast<double>(size.z)};
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::uint8_t* const row = mask.row(y, z);
      Run run{y, z, size.x, 0};
      for (std::int64_t x = 0; x < size.x; ++x) {
        if (row[x] == mask_body) {
          run.begin = std::min(run.begin, x);
          run.end = x + 1;
          ++sums.voxels;
          // About the middle, so that squares of far indices do not swamp the variance.
          moments.add(static_cast<double>(x) - middle.x, static_cast<double>(y) - middle.y,
                      static_cast<double>(z) - middle.z);
        }
      }
      if (run.end > 0) {
        widen(sums.box, run, sums.runs.empty());
        sums.runs.push_back(run);
      }
    }
  }
  const auto n = static_cast<double>(sums.voxels);
  sums.mean = moments.mean(n) + middle;
  sums.covariance = moments.covariance(n);
  return sums;
}

// The body in its box as ones, with a voxel of zeros around it.
Volume<std::uint8_t> padded_body(const VolumeView<const std::uint8_t>& mask, const Box& box) {
  const Size3 size = box.size();
  Volume<std::uint8_t> padded({size.x + 2, size.y + 2, size.z + 2});
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::uint8_t* const from = mask.row(box.begin.y + y, box.begin.z + z) + box.begin.x;
      std::transform(from, from + size.x, padded.view().row(y + 1, z + 1) + 1,
                     [](std::uint8_t v) { return static_cast<std::uint8_t>(v == mask_body); });
    }
  }
  return padded;
}

// Sets to 1 what is not 6-connected to the first voxel; returns the number of voxels set.
std::int64_t fill_cavities(Volume<std::uint8_t>& padded) {
  constexpr std::uint8_t outside = 2;
  const Size3 size = padded.size();
  const VolumeView<std::uint8_t> view = padded.view();
  std::vector<Index3> queue;
  const auto fill_row = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    std::uint8_t* const row = view.row(y, z);
    while (x > 0 && row[x - 1] == 0) {
      --x;
    }
    queue.push_back({x, y, z});
    for (; x < size.x && row[x] == 0; ++x) {
      row[x] = outside;
    }
  };
  fill_row(0, 0, 0);
  while (!queue.empty()) {
    const Index3 at = queue.back();
    queue.pop_back();
    const std::uint8_t* const row = view.row(at.y, at.z);
    for (const auto& [y, z] :
         {std::pair{at.y - 1, at.z}, {at.y + 1, at.z}, {at.y, at.z - 1}, {at.y, at.z + 1}}) {
      if (y < 0 || z < 0 || y >= size.y || z >= size.z) {
        continue;
      }
      const std::uint8_t* const other = view.row(y, z);
      for (std::int64_t x = at.x; x < size.x && row[x] == outside; ++x) {
        if (other[x] == 0) {
          fill_row(x, y, z);
        }
      }
    }
  }
  std::int64_t filled = 0;
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    std::uint8_t& voxel = padded.data()[i];
    filled += voxel == 0;
    voxel = voxel != outside;
  }
  return filled;
}

// Which faces of the body's box are where the scan ends.
std::array<bool, 6> cut_faces(const BodyCrop& crop, const Box& box) {
  const Size3 size = crop.mask.size();
  std::array<bool, 6> cut = {box.begin.x == 0,    box.end.x == size.x, box.begin.y == 0,
                             box.end.y == size.y, box.begin.z == 0,    box.end.z == size.z};
  for (std::size_t k = 0; k < 6; ++k) {
    cut[k] = cut[k] && crop.at_scan_face[k];
  }
  return cut;
}

// Goes on with the outermost voxels into the padding of the cut faces: there is no surface there.
void repeat_into_padding(Volume<std::uint8_t>& padded, const std::array<bool, 6>& cut) {
  const Size3 n = padded.size();
  const auto from = [](std::int64_t i, std::int64_t last, bool low, bool high) {
    return i == 0 && low ? 1 : i == last && high ? last - 1 : i;
  };
  for (std::int64_t z = 0; z < n.z; ++z) {
    for (std::int64_t y = 0; y < n.y; ++y) {
      for (std::int64_t x = 0; x < n.x; ++x) {
        padded(x, y, z) = padded(from(x, n.x - 1, cut[0], cut[1]), from(y, n.y - 1, cut[2], cut[3]),
                                 from(z, n.z - 1, cut[4], cut[5]));
      }
    }
  }
}

struct Surfaces {
  double open = 0;           // of the body, without cut faces
  double filled_closed = 0;  // of the body without its cavities, with cut faces
  std::int64_t cavity_voxels = 0;
  std::int64_t euler = 0;
};

Surfaces surfaces_of(const BodyCrop& crop, const Box& box) {
  const Vector3& spacing = crop.grid.spacing_um;
  Volume<std::uint8_t> padded = padded_body(crop.mask.view(), box);
  const CellCounts cells = count_cells(padded.view(), {});
  Surfaces surfaces;
  surfaces.euler = euler_number(cells);
  surfaces.open = surfaces.filled_closed = surface_area(cells, spacing);
  const std::array<bool, 6> cut = cut_faces(crop, box);
  if (std::find(cut.begin(), cut.end(), true) != cut.end()) {
    Volume<std::uint8_t> continued = padded.clone();
    repeat_into_padding(continued, cut);
    surfaces.open = surface_area(count_cells(continued.view(), cut), spacing);
  }
  surfaces.cavity_voxels = fill_cavities(padded);
  if (surfaces.cavity_voxels > 0) {
    surfaces.filled_closed = surface_area(count_cells(padded.view(), {}), spacing);
  }
  return surfaces;
}

// Corners of voxels by row of corners: the first and the last along x, the only ones that can be
// vertices of the hull.
class CornerRows {
 public:
  explicit CornerRows(const Sums& sums)
      : box_(sums.box), ny_(box_.size().y + 1), nz_(box_.size().z + 1) {
    rows_.resize(static_cast<std::size_t>(ny_ * nz_), {box_.end.x, box_.begin.x, false, false});
    for (const Run& run : sums.runs) {
      for (const std::int64_t z : {run.z, run.z + 1}) {
        for (const std::int64_t y : {run.y, run.y + 1}) {
          Row& row = at(y - box_.begin.y, z - box_.begin.z);
          row = {std::min(row.low, run.begin), std::max(row.high, run.end), true, true};
        }
      }
    }
    // What is no vertex of the hull of a plane is none of the whole.
    for (std::int64_t z = 0; z < nz_; ++z) {
      thin(ny_, [&](std::int64_t y) -> Row& { return at(y, z); });
    }
    for (std::int64_t y = 0; y < ny_; ++y) {
      thin(nz_, [&](std::int64_t z) -> Row& { return at(y, z); });
    }
  }
  // In voxels, where voxel i reaches from i - 1/2 to i + 1/2.
  std::vector<Vector3> points() const {
    std::vector<Vector3> points;
    for (std::int64_t z = 0; z < nz_; ++z) {
      for (std::int64_t y = 0; y < ny_; ++y) {
        const Row& row = rows_[static_cast<std::size_t>(z * ny_ + y)];
        for (const auto& [x, kept] :
             {std::pair{row.low, row.low_kept}, {row.high, row.high_kept}}) {
          if (kept) {
            points.push_back({static_cast<double>(x) - 0.5,
                              static_cast<double>(box_.begin.y + y) - 0.5,
                              static_cast<double>(box_.begin.z + z) - 0.5});
          }
        }
      }
    }
    return points;
  }

 private:
  struct Row {
    std::int64_t low, high;
    bool low_kept, high_kept;
  };
  Row& at(std::int64_t y, std::int64_t z) { return rows_[static_cast<std::size_t>(z * ny_ + y)]; }

  template <typename RowAt>
  static void thin(std::int64_t count, const RowAt& row_at) {
    thin_chain(
        count, [&](std::int64_t i) { return row_at(i).low; },
        [&](std::int64_t i) -> bool& { return row_at(i).low_kept; });
    thin_chain(
        count, [&](std::int64_t i) { return -row_at(i).high; },
        [&](std::int64_t i) -> bool& { return row_at(i).high_kept; });
  }
  // Keeps the lower hull of the points (i, value(i)): Andrew's monotone chain.
  template <typename Value, typename Kept>
  static void thin_chain(std::int64_t count, const Value& value, const Kept& kept) {
    std::vector<std::int64_t> chain;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!kept(i)) {
        continue;
      }
      while (chain.size() >= 2) {
        const std::int64_t a = chain[chain.size() - 2];
        const std::int64_t b = chain.back();
        if ((b - a) * (value(i) - value(a)) > (value(b) - value(a)) * (i - a)) {
          break;
        }
        kept(b) = false;
        chain.pop_back();
      }
      chain.push_back(i);
    }
  }

  Box box_;
  std::int64_t ny_, nz_;
  std::vector<Row> rows_;
};

// The voxels whose centre lies in the hull of the body's voxel centres. That hull is the one of the
// corners with every facet moved inward by half a voxel's extent along its normal.
class CentresInHull {
 public:
  CentresInHull(const ConvexHull& corners, const Box& box) : facets_(corners.facets), box_(box) {
    for (auto& facet : facets_) {
      const Vector3& n = facet.normal;
      // Centres on the hull itself are inside, whatever rounding says.
      facet.offset -= 0.5 * (std::abs(n.x) + std::abs(n.y) + std::abs(n.z)) - 1e-7;
    }
  }
  std::int64_t count() {
    std::int64_t sum = 0;
    for (std::int64_t z = box_.begin.z; z < box_.end.z; ++z) {
      clip_rows(static_cast<double>(z));
      for (std::size_t y = 0; y < low_.size(); ++y) {
        sum +=
            std::max<std::int64_t>(0, std::llround(std::floor(high_[y]) - std::ceil(low_[y])) + 1);
      }
    }
    return sum;
  }

 private:
  // The stretch of x inside all facets, for each row of slice z.
  void clip_rows(double z) {
    const auto rows = static_cast<std::size_t>(box_.size().y);
    low_.assign(rows, static_cast<double>(box_.begin.x));
    high_.assign(rows, static_cast<double>(box_.end.x - 1));
    for (const auto& facet : facets_) {
      // A facet along x is the limit of steep ones: far inside nothing is cut, outside all is.
      const double nx = std::abs(facet.normal.x) < 1e-12 ? 1e-12 : facet.normal.x;
      const double slope = -facet.normal.y / nx;
      const double at_begin =
          (facet.offset - facet.normal.z * z - facet.normal.y * static_cast<double>(box_.begin.y)) /
          nx;
      if (nx > 0) {
        for (std::size_t y = 0; y < rows; ++y) {
          high_[y] = std::min(high_[y], at_begin + slope * static_cast<double>(y));
        }
      } else {
        for (std::size_t y = 0; y < rows; ++y) {
          low_[y] = std::max(low_[y], at_begin + slope * static_cast<double>(y));
        }
      }
    }
    for (std::size_t y = 0; y < rows; ++y) {
      high_[y] = std::max(high_[y], low_[y] - 2);
    }
  }

  std::vector<ConvexHull::Facet> facets_;
  Box box_;
  std::vector<double> low_, high_;
};

double equivalent_diameter_of(double volume) { return std::cbrt(6 * volume / std::numbers::pi); }

void set_principal(const Sums& sums, const Grid& grid, Shape& shape) {
  const std::array<double, 3> spacing = {grid.spacing_um.x, grid.spacing_um.y, grid.spacing_um.z};
  Matrix3 physical{};
  for (std::size_t k = 0; k < 9; ++k) {
    // A voxel is no point: its own moment is edge^2 / 12.
    const double own = k % 4 == 0 ? 1.0 / 12 : 0.0;
    physical[k] = (sums.covariance[k] + own) * spacing[k / 3] * spacing[k % 3];
  }
  // Turned into the scan's space before the axes are found, so that their signs are fixed there.
  Matrix3 turned{};
  const Matrix3& d = grid.direction;
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t k = 0; k < 9; ++k) {
      turned[i] += d[3 * (i / 3) + k / 3] * physical[k] * d[3 * (i % 3) + k % 3];
    }
  }
  const Eigensystem system = eigensystem(turned);
  for (std::size_t k = 0; k < 3; ++k) {
    shape.principal_lengths[k] = 2 * std::sqrt(5 * system.values[k]);
  }
  shape.principal_axes = system.vectors;
  shape.elongation = shape.principal_lengths[1] / shape.principal_lengths[0];
  shape.flatness = shape.principal_lengths[2] / shape.principal_lengths[1];
}

void set_oriented_box(const ConvexHull& voxel_hull, const Grid& grid, Shape& shape) {
  std::array<double, 3> low;
  low.fill(std::numeric_limits<double>::infinity());
  std::array<double, 3> high;
  high.fill(-std::numeric_limits<double>::infinity());
  for (const Vector3& vertex : voxel_hull.vertices) {
    const Vector3 p = grid.physical_from_index(vertex);
    for (std::size_t k = 0; k < 3; ++k) {
      low[k] = std::min(low[k], dot(p, shape.principal_axes[k]));
      high[k] = std::max(high[k], dot(p, shape.principal_axes[k]));
    }
  }
  shape.oriented_centre = {};
  for (std::size_t k = 0; k < 3; ++k) {
    shape.oriented_lengths[k] = high[k] - low[k];
    shape.oriented_centre =
        shape.oriented_centre + (0.5 * (low[k] + high[k])) * shape.principal_axes[k];
  }
}

void set_place(const Sums& sums, const BodyCrop& crop, Shape& shape) {
  const Index3& o = crop.begin;
  const Box& box = sums.box;
  shape.box = {{box.begin.x + o.x, box.begin.y + o.y, box.begin.z + o.z},
               {box.end.x + o.x, box.end.y + o.y, box.end.z + o.z}};
  const Size3 size = box.size();
  shape.box_lengths = scaled(
      {static_cast<double>(size.x), static_cast<double>(size.y), static_cast<double>(size.z)},
      crop.grid.spacing_um);
  shape.centroid_index = sums.mean + Vector3{static_cast<double>(o.x), static_cast<double>(o.y),
                                             static_cast<double>(o.z)};
  shape.centroid = crop.grid.physical_from_index(sums.mean);
}

}  // namespace

Shape measure_shape(const BodyCrop& crop) {
  const Sums sums = sums_of(crop.mask.view());
  assert(sums.voxels > 0);
  const double voxel = crop.grid.voxel_volume();
  const Surfaces surfaces = surfaces_of(crop, sums.box);
  Shape shape;
  shape.voxels = sums.voxels;
  shape.volume = static_cast<double>(sums.voxels) * voxel;
  shape.filled_volume = static_cast<double>(sums.voxels + surfaces.cavity_voxels) * voxel;
  shape.surface_area = surfaces.open;
  shape.equivalent_diameter = equivalent_diameter_of(shape.volume);
  const double filled_diameter = equivalent_diameter_of(shape.filled_volume);
  shape.sphericity = std::numbers::pi * filled_diameter * filled_diameter / surfaces.filled_closed;
  shape.euler_number = surfaces.euler;
  set_place(sums, crop, shape);
  set_principal(sums, crop.grid, shape);
  const ConvexHull hull = convex_hull(CornerRows(sums).points());
  set_oriented_box(hull, crop.grid, shape);
  shape.solidity =
      static_cast<double>(sums.voxels) / static_cast<double>(CentresInHull(hull, sums.box).count());
  const Feret extents = feret(stretched(hull, crop.grid.spacing_um));
  shape.feret_maximum = extents.maximum;
  shape.feret_minimum = extents.minimum;
  shape.feret_orthogonal = extents.orthogonal;
  return shape;
}

}  // namespace fossilct
