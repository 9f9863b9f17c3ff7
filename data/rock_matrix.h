// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/value_noise.h"
#include "volumes/grid.h"

namespace fossilct::phantom {

// The drilled cylinder: axis along z through the middle of the slices, radius 0.47 of their
// narrower side, its face rough by about a voxel.
class Plug {
 public:
  Plug(const Size3& size, std::uint64_t seed);
  bool contains(std::int64_t x, std::int64_t y, std::int64_t z) const;
  // Inside and at least a voxel below the rough face: a convex set, unlike contains().
  bool holds_deep(std::int64_t x, std::int64_t y) const;
  double radius_voxels() const { return radius_; }
  double axis_x() const { return axis_x_; }
  double axis_y() const { return axis_y_; }

 private:
  double axis_x_;
  double axis_y_;
  double radius_;
  ValueNoise roughness_;
};

// How bright things are where air is 0 and the mean of solid rock 1.
inline constexpr float pore_brightness = 0.08F;
inline constexpr float cement_brightness = 1.06F;

// A carbonate grainstone: rounded grains (micrite, laminated ooids, shell fragments and crystals as
// bright as test walls) on a jittered lattice, in contact; around each a rim of cement; what is
// left between the grains is pore, spar or mud as a slow field decides, so that pores are connected
// over patches and tight elsewhere. Any slice can be made alone.
class RockMatrix {
 public:
  // `grain_voxels`: edge of the lattice, about the diameter of a grain.
  RockMatrix(std::uint64_t seed, double grain_voxels, double wall_brightness);
  // Brightness of slice z, x fastest, `width` voxels a row. About 60 ns a voxel.
  void render_slice(std::int64_t z, std::int64_t width, std::span<float> brightness) const;

 private:
  struct Grain;
  struct Nearest;
  Grain grain_of_cell(std::int64_t i, std::int64_t j, std::int64_t k) const;
  std::vector<Nearest> nearest_grains(std::int64_t z, std::int64_t width,
                                      std::int64_t height) const;
  void splat(const Grain& grain, std::int64_t z, std::int64_t width,
             std::vector<Nearest>& nearest) const;
  float brightness_at(const Nearest& nearest, float openness) const;

  std::uint64_t seed_;
  double grain_voxels_;
  double wall_brightness_;
  ValueNoise outline_;
  ValueNoise openness_;
  ValueNoise openness_detail_;  // hides the lattice of the first
  ValueNoise coarse_texture_;
  ValueNoise fine_texture_;
};

}  // namespace fossilct::phantom
