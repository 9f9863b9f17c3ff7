// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "volumes/grid.h"

namespace fossilct {

// Which axis of the index space a slice lies across. In a slice u goes right and v down:
//   across z: u = x, v = y      across y: u = x, v = z      across x: u = y, v = z
enum class Across : std::uint8_t { x, y, z };
inline constexpr std::array all_across{Across::x, Across::y, Across::z};

struct PlaneAxes {
  int u = 0;
  int v = 1;
  int normal = 2;
};
constexpr PlaneAxes axes_of(Across across) {
  switch (across) {
    case Across::x:
      return {1, 2, 0};
    case Across::y:
      return {0, 2, 1};
    case Across::z:
      break;
  }
  return {0, 1, 2};
}

// By the number of an axis: 0 x, 1 y, 2 z.
template <typename Triple>
constexpr auto& component(Triple& triple, int axis) {
  return axis == 0 ? triple.x : axis == 1 ? triple.y : triple.z;
}

// Voxels of a slice with begin <= (u, v) < end.
struct PlaneBox {
  std::int64_t u_begin = 0;
  std::int64_t v_begin = 0;
  std::int64_t u_end = 0;
  std::int64_t v_end = 0;
  bool empty() const { return u_end <= u_begin || v_end <= v_begin; }
  bool contains(const PlaneBox& other) const {
    return u_begin <= other.u_begin && v_begin <= other.v_begin && u_end >= other.u_end &&
           v_end >= other.v_end;
  }
  friend bool operator==(const PlaneBox&, const PlaneBox&) = default;
};

}  // namespace fossilct
