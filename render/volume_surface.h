// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/progress.h"
#include "render/triangle_mesh.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A piece of a surface that is too large for the memory. Points have numbers in the whole, in the
// order in which they first come; some were in the piece before.
struct SurfacePiece {
  std::vector<Vector3> points_um;                       // in the scan's space
  std::vector<std::uint32_t> numbers;                   // of the points, in the whole
  std::uint32_t first_new = 0;                          // points with this number and above are new
  std::vector<std::array<std::uint32_t, 3>> triangles;  // indices into points_um
};

struct VolumeSurface {
  std::int64_t points = 0;
  std::int64_t triangles = 0;
  std::int64_t voxels = 0;  // inside
  double volume_um3 = 0;    // enclosed
};

// The contour of all voxels of labels (u8, u16, u32; assert) that are one of `values`, from slice 0
// upwards: what mesh_body gives with `exact`, for volumes of any size: closed at the border, a
// 2-manifold. `take` gets it piece by piece; new points of a piece come in the order of their
// numbers. The stage "surface" counts slices. Memory: the slices of a slab (about 8 MB of voxels)
// and its piece, some 60 bytes a triangle. Throws Error{format} beyond 2^32 - 1 points, Cancelled,
// and what the source throws.
VolumeSurface contour_volume(VolumeSource& labels, std::span<const std::uint32_t> values,
                             const std::function<void(const SurfacePiece&)>& take,
                             Progress& progress);

}  // namespace fossilct
