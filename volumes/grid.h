// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace fossilct {

// A voxel's place, or a count of voxels along each axis. Order (x, y, z), x fastest in memory.
struct Index3 {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t z = 0;
  friend bool operator==(const Index3&, const Index3&) = default;
};
using Size3 = Index3;

// The one conversion between our order (x, y, z) and that of tensors, numpy and HDF5 (z, y, x).
constexpr std::array<std::int64_t, 3> zyx_from_xyz(const Index3& i) { return {i.z, i.y, i.x}; }
constexpr Index3 xyz_from_zyx(const std::array<std::int64_t, 3>& i) { return {i[2], i[1], i[0]}; }

// Number of voxels; throws Error{format} where it is beyond 2^59, so that the bytes of any type of
// voxel can be counted in a std::int64_t.
std::int64_t voxel_count(const Size3& size);

// The voxels with begin <= index < end along each axis.
struct Box {
  Index3 begin;
  Index3 end;
  Size3 size() const { return {end.x - begin.x, end.y - begin.y, end.z - begin.z}; }
  bool empty() const { return end.x <= begin.x || end.y <= begin.y || end.z <= begin.z; }
  bool contains(const Box& other) const;
  friend bool operator==(const Box&, const Box&) = default;
};
// The voxels that are in both; empty where there are none.
Box common(const Box& a, const Box& b);
// The smallest that holds both.
Box united(const Box& a, const Box& b);
// `margin` voxels more on each side, as far as the volume reaches.
Box padded(const Box& box, const Size3& margin, const Size3& volume);
Box padded(const Box& box, std::int64_t margin, const Size3& volume);
Box moved(const Box& box, const Index3& by);
// As seen from `origin`.
Box relative(const Box& box, const Index3& origin);

constexpr Box whole(const Size3& size) { return {{0, 0, 0}, size}; }
// All voxels of slices [z_begin, z_end).
constexpr Box slab(const Size3& size, std::int64_t z_begin, std::int64_t z_end) {
  return {{0, 0, z_begin}, {size.x, size.y, z_end}};
}

struct Vector3 {
  double x = 0;
  double y = 0;
  double z = 0;
  friend bool operator==(const Vector3&, const Vector3&) = default;
};

// Row-major; column k is the physical direction of index axis k, a unit vector.
using Matrix3 = std::array<double, 9>;
inline constexpr Matrix3 identity_direction = {1, 0, 0, 0, 1, 0, 0, 0, 1};

// Where the voxels of a scan lie in space. Lengths are micrometres; where nobody knows the voxel
// size (`spacing_known` false, only after --spacing-unknown) they are voxel edges, and every output
// says so.
//   p_um = origin_um + direction * (spacing_um .* index)       (centre of voxel `index`)
struct Grid {
  Size3 size;
  Vector3 spacing_um{1, 1, 1};
  Vector3 origin_um;
  Matrix3 direction = identity_direction;
  bool spacing_known = true;

  Vector3 physical_from_index(const Vector3& index) const;
  Vector3 index_from_physical(const Vector3& p_um) const;
  // The unit that lengths of this grid are in: "um", or "voxel" where the spacing is not known.
  const char* unit() const { return spacing_known ? "um" : "voxel"; }
  double voxel_volume() const { return spacing_um.x * spacing_um.y * spacing_um.z; }

  friend bool operator==(const Grid&, const Grid&) = default;
};

// The grid of the voxels in `box`, at the same places in space.
Grid cropped(const Grid& grid, const Box& box);
// Size n -> max(1, floor(n / factor)), spacing times factor; the origin moves to the centre of the
// first block of factor^3 voxels. An axis of fewer than `factor` voxels keeps one voxel that
// stands for the voxels there are.
Grid reduced(const Grid& grid, std::int64_t factor);

// Throws Error{format}: a size below 1, a spacing that is not finite and positive, an origin that
// is not finite, a direction whose columns are not orthonormal within 1e-3.
void check(const Grid& grid);

}  // namespace fossilct
