// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "render/mesh_check.h"
#include "render/triangle_mesh.h"
#include "volumes/volume.h"

namespace fossilct {

// How a body's surface is made.
struct MeshOptions {
  // --exact: the contour as it is. Nothing is smoothed, moved or reduced; the options below do not
  // count.
  bool exact = false;
  // --smooth: passes of the windowed sinc filter (its degree), 0 = none, to 200. With a probability
  // there are none: its contour has no steps.
  int smoothing_passes = 20;
  // --smooth-band: the filter lets pass what is smoother than this, above 0 to 2; smaller is
  // smoother.
  double pass_band = 0.08;
  // --reduce-error-um: how far reducing may move the surface, finite; 0 = no limit. Edges are
  // collapsed where it is set or reduce_to is below 1.
  double reduce_error_um = 0;
  // --reduce-to: share of the contour's triangles to stop at, above 0 to 1; 1 = only the error
  // counts.
  double reduce_to = 1;

  // Throws Error{option} that names the option, the value and the range.
  void check() const;
};

// The body: voxels of `mask` that are `value`. With a probability (in 1/255, of the mask's size;
// else empty), the surface runs where it is 0.5. The mask decides which voxels are inside: where
// the probability p says otherwise (a hole that was filled, a speck or a neighbour that was taken
// away) 1 - p is taken, so that topology and separation are the mask's.
struct MeshInput {
  VolumeView<const std::uint8_t> mask;
  std::uint8_t value = 1;
  VolumeView<const std::uint8_t> probability{};
  Grid grid;
};

// A mesh, and how true it is.
struct BodyMesh {
  TriangleMesh mesh;
  MeshCheck check;
  double voxels_um3 = 0;   // volume of the body's voxels
  double contour_um3 = 0;  // enclosed by the contour, before smoothing
  std::int64_t contour_triangles = 0;
  double reduce_error_um = 0;  // as stated by the reduction; 0 where nothing was reduced

  // (mesh - voxels) / voxels.
  double volume_deviation() const {
    return voxels_um3 > 0 ? (check.volume_um3 - voxels_um3) / voxels_um3 : 0;
  }
};

// The closed surface of a body. Nothing lies beyond the mask: a body that reaches its border is
// closed there, half a voxel outside. An empty mask gives an empty mesh.
//
// Contour: flying edges (Schroeder, Maynard and Geveci 2015, LDAV, 33-40) on the mask with a border
// of one voxel. Voxels inside are joined across faces and edges but not across corners (18-
// connectivity, background 6): where only two voxels of a face's four are inside, and they are
// diagonal, the surface joins them; every mask gives a 2-manifold whose Euler number is twice the
// mask's. Its points lie halfway between voxels, or where the probability, interpolated linearly,
// is 0.5.
//
// Then, unless exact: windowed sinc smoothing (Taubin, Zhang and Golub 1996, ECCV, 283-292) in
// index space, where a staircase's steps are as high as they are wide; points moved along their
// normals by one distance, at most half a voxel, so that the volume is that of the voxels (a
// contour cuts the voxels' corners off: 1% of a sphere of 16 voxels); with a probability that of
// its contour, which is truer than a count of voxels. Edges are collapsed between the two, by
// quadric error (Garland and Heckbert 1997, SIGGRAPH, 209-216): every point of the unreduced
// surface stays within reduce_error_um of the reduced one, and the topology as it was.
//
// From an equivalent diameter of 16 voxels up the volume is within 1% of a mask's voxels; smaller
// bodies come as near as half a voxel's shift lets them, see volume_deviation(). Asserts sizes that
// differ. Throws Error{option} as check(). Cost: some 5 us a triangle of the contour, and 2 ns a
// voxel; memory 200 bytes a triangle. May be called from several threads.
BodyMesh mesh_body(const MeshInput& input, const MeshOptions& options);

}  // namespace fossilct
