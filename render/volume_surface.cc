// SPDX-License-Identifier: Apache-2.0
#include "render/volume_surface.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "render/surface_contour.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

// Contours slab after slab. Cells lie between slices, so that a slab begins with the last slice of
// the one before it; the points in that slice are known by their places, which are halves of
// voxels.
class Contourer {
 public:
  Contourer(const Grid& grid, std::span<const std::uint32_t> values)
      : grid_(grid),
        values_(values.begin(), values.end()),
        row_(grid.size.x + 2),
        slice_(row_ * (grid.size.y + 2)),
        last_slice_(static_cast<std::size_t>(slice_), bright) {
    // A left-handed direction mirrors the surface.
    const Matrix3& d = grid.direction;
    mirrored_ = d[0] * (d[4] * d[8] - d[5] * d[7]) - d[1] * (d[3] * d[8] - d[5] * d[6]) +
                    d[2] * (d[3] * d[7] - d[4] * d[6]) <
                0;
  }

  // Slices [z_begin, z_begin + depth); beyond the volume nothing is inside.
  SurfacePiece next(const AnyConstView& labels, std::int64_t z_begin) {
    std::vector<std::uint8_t> sides = std::move(last_slice_);
    const std::int64_t depth = labels.size().z;
    sides.resize(static_cast<std::size_t>(slice_ * (depth + 1)), bright);
    dispatch(labels.type(), [&]<typename T>(std::type_identity<T>) {
      if constexpr (std::is_integral_v<T>) {
        fill<T>(labels.as<T>(), sides);
      }
    });
    return contour(sides, depth, z_begin);
  }

  // What is left between the last slice and the outside.
  SurfacePiece close() {
    std::vector<std::uint8_t> sides = std::move(last_slice_);
    sides.resize(static_cast<std::size_t>(2 * slice_), bright);
    return contour(sides, 1, grid_.size.z);
  }

  const VolumeSurface& surface() const { return surface_; }

 private:
  template <typename T>
  void fill(const VolumeView<const T>& labels, std::vector<std::uint8_t>& sides) {
    for (std::int64_t z = 0; z < labels.size().z; ++z) {
      for (std::int64_t y = 0; y < labels.size().y; ++y) {
        const T* row = labels.row(y, z);
        std::uint8_t* side = sides.data() + (z + 1) * slice_ + (y + 1) * row_ + 1;
        for (std::int64_t x = 0; x < labels.size().x; ++x) {
          if (is_inside(static_cast<std::uint32_t>(row[x]))) {
            side[x] = dark;
            ++surface_.voxels;
          }
        }
      }
    }
  }

  bool is_inside(std::uint32_t value) const {
    return std::find(values_.begin(), values_.end(), value) != values_.end();
  }

  SurfacePiece contour(std::vector<std::uint8_t>& sides, std::int64_t depth, std::int64_t z_begin) {
    // From the slab's first slice, so that floats hold halves of voxels exactly.
    TriangleMesh mesh = contour_of_values(sides, {row_, grid_.size.y + 2, depth + 1}, {-1, -1, -1});
    last_slice_.assign(sides.end() - slice_, sides.end());
    SurfacePiece piece;
    piece.triangles = std::move(mesh.triangles);
    piece.first_new = static_cast<std::uint32_t>(surface_.points);
    number_points(mesh, depth, z_begin, piece);
    if (mirrored_) {
      for (auto& triangle : piece.triangles) {
        std::swap(triangle[1], triangle[2]);
      }
    }
    surface_.triangles += static_cast<std::int64_t>(piece.triangles.size());
    for (const auto& [a, b, c] : piece.triangles) {
      surface_.volume_um3 +=
          dot(piece.points_um[a] - grid_.origin_um,
              cross(piece.points_um[b] - grid_.origin_um, piece.points_um[c] - grid_.origin_um)) /
          6;
    }
    return piece;
  }

  void number_points(const TriangleMesh& mesh, std::int64_t depth, std::int64_t z_begin,
                     SurfacePiece& piece) {
    std::unordered_map<std::int64_t, std::uint32_t> in_last_slice;
    const auto top = static_cast<float>(depth - 1);
    for (const Point3f& point : mesh.points_um) {
      const std::int64_t key =
          std::llround(2 * point[1] + 2) * 2 * (row_ + 1) + std::llround(2 * point[0] + 2);
      const auto known = point[2] == -1.0F ? in_first_slice_.find(key) : in_first_slice_.end();
      const std::uint32_t number = known != in_first_slice_.end() ? known->second : new_number();
      if (point[2] == top) {
        in_last_slice.emplace(key, number);
      }
      piece.numbers.push_back(number);
      piece.points_um.push_back(grid_.physical_from_index(
          {point[0], point[1], static_cast<double>(point[2]) + static_cast<double>(z_begin)}));
    }
    in_first_slice_ = std::move(in_last_slice);
  }

  std::uint32_t new_number() {
    if (surface_.points >= std::numeric_limits<std::uint32_t>::max()) {
      throw Error(
          ErrorKind::format,
          "the surface has more than 4,294,967,295 points, which no mesh file can number; read "
          "the labels at a coarser --level, or a part of them (--roi)");
    }
    return static_cast<std::uint32_t>(surface_.points++);
  }

  Grid grid_;
  std::vector<std::uint32_t> values_;
  std::int64_t row_;
  std::int64_t slice_;
  std::vector<std::uint8_t> last_slice_;
  bool mirrored_ = false;
  std::unordered_map<std::int64_t, std::uint32_t> in_first_slice_;
  VolumeSurface surface_;
};

}  // namespace

VolumeSurface contour_volume(VolumeSource& labels, std::span<const std::uint32_t> values,
                             const std::function<void(const SurfacePiece&)>& take,
                             Progress& progress) {
  const Size3& size = labels.grid().size;
  const std::int64_t slices = slices_at_once(labels, std::int64_t{8} << 20);
  Contourer contourer(labels.grid(), values);
  progress.begin("surface", size.z, WorkUnit::slices);
  for (std::int64_t z = 0; z < size.z; z += slices) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + slices));
    const AnyVolume voxels = labels.read(box);
    take(contourer.next(AnyConstView(voxels.view()), z));
    progress.advance(box.size().z);
  }
  take(contourer.close());
  progress.end();
  return contourer.surface();
}

}  // namespace fossilct
