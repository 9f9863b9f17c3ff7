// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/fossil_shapes.h"
#include "volumes/volume.h"

namespace fossilct::phantom {

// What a voxel of a fossil is; `empty` and `cement` are the lumen.
enum class Tissue : std::uint8_t { none, wall, empty, cement };

enum class Infill { empty, filled, some_chambers, settled_mud };

// What happens to one animal between its death and the core; drawn from its own stream.
struct Fate {
  Matrix3 world_from_animal = identity_direction;
  Vector3 offset_voxels;  // of its middle from a voxel's centre, within half a voxel
  Infill infill = Infill::empty;
  double mud_level = 0;  // settled_mud: lumen below this z (share of the radius) is filled
  bool broken = false;
  Vector3 break_normal;    // what lies beyond the rough plane is lost
  double break_share = 0;  // distance of the plane from the middle, share of the length
  std::uint64_t seed = 0;  // roughness of the break, choice of the filled chambers
};
Fate draw_fate(const std::string& infill, Random& random);

// The voxels of one fossil in the box around it, placed by an integer shift.
struct GrownFossil {
  Volume<std::uint8_t> tissue;  // Tissue
  double length_voxels = 0;
  double wall_voxels = 0;
  int chambers = 0;
  int chambers_resolved = 0;  // see PhantomFossil
  bool broken = false;
};

// Voxels whose centre is in the body. Closed hollows between chambers become lumen; the largest
// 26-connected piece is kept. A break that would take less than a twentieth does not happen. Memory
// and time: the cube around the bounding sphere.
GrownFossil grow(const FossilShape& shape, const Fate& fate);

// Clears all but the largest 26-connected piece of what is not Tissue::none (the first in memory
// of equal ones). Returns the voxels that are left.
std::int64_t keep_largest_piece(VolumeView<std::uint8_t> tissue);

// A body in the scan, run-length encoded along x: what a phantom keeps of each fossil.
class BodyRuns {
 public:
  struct Run {
    std::int32_t begin = 0;  // x in the scan, begin <= x < end
    std::int32_t end = 0;
    Tissue tissue = Tissue::none;
  };

  BodyRuns() = default;
  // Voxel (x, y, z) of `tissue` comes to lie at `shift` + (x, y, z).
  BodyRuns(const VolumeView<const std::uint8_t>& tissue, const Index3& shift);

  const Box& box() const { return box_; }  // tight; empty for an empty body
  // Runs of row (y, z) in the order of x; none outside the box.
  std::span<const Run> row(std::int64_t y, std::int64_t z) const;
  BodyRuns shifted(const Index3& by) const;
  std::int64_t voxels() const;
  void for_each_run(
      const std::function<void(std::int64_t y, std::int64_t z, const Run&)>& visit) const;

 private:
  Box box_;
  std::vector<std::uint32_t> row_begin_;  // one more than rows
  std::vector<Run> runs_;
};

// Whether a voxel of one lies within `reach` of a voxel of the other along every axis: 0 = they
// overlap, 1 = they overlap or are 26-adjacent. Time: rows in the common box times (2 reach + 1)^2.
bool within_reach(const BodyRuns& a, const BodyRuns& b, std::int64_t reach);

}  // namespace fossilct::phantom
