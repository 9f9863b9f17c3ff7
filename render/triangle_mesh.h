// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

using Point3f = std::array<float, 3>;

// A closed surface of triangles. A place in the scan's space is origin_um + point: the points are
// small numbers, so that floats keep their digits far from the scan's origin, and a centred copy is
// the same mesh without its origin. Corners of a triangle are indices of points, counter-clockwise
// seen from outside; normals are unit vectors, one a point, outwards. Lengths are micrometres
// (voxel edges where the grid's spacing is not known).
struct TriangleMesh {
  Vector3 origin_um;
  std::vector<Point3f> points_um;
  std::vector<std::array<std::uint32_t, 3>> triangles;
  std::vector<Point3f> normals;
};

// Volume enclosed: positive where the triangles face outwards (Gauss's theorem; a sum in double).
double signed_volume(const TriangleMesh& mesh);
double surface_area(const TriangleMesh& mesh);

// Normals of the points: the mean of their triangles' normals weighted by area. A point without
// area gets (0, 0, 1).
void compute_normals(TriangleMesh& mesh);

// Smallest box around the points, without the origin; zeros for an empty mesh.
struct Bounds {
  Point3f low{};
  Point3f high{};
};
Bounds bounds_of(const TriangleMesh& mesh);

}  // namespace fossilct
