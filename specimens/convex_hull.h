// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

// A convex hull in triangles. The normals are outward unit vectors: normal . p <= offset inside.
struct ConvexHull {
  struct Facet {
    Vector3 normal;
    double offset = 0;
    std::array<std::size_t, 3> vertices{};
  };
  std::vector<Vector3> vertices;
  std::vector<Facet> facets;
};

// By Qhull (Barber, Dobkin and Huhdanpaa 1996, ACM Trans. Math. Softw. 22, 469-483), reentrant: may
// be called by several threads, prints nothing. The points span a volume; throws Error{format} with
// Qhull's words where they do not.
ConvexHull convex_hull(std::span<const Vector3> points);

// The hull after axis-by-axis scaling by positive factors.
ConvexHull stretched(ConvexHull hull, const Vector3& by);

struct Feret {
  double maximum = 0;     // largest distance of two points
  double minimum = 0;     // least distance of two parallel planes with the hull between them
  double orthogonal = 0;  // largest extent perpendicular to the direction of the maximum
};
// Exact: the least width has a facet in one plane, or an edge in each (Houle and Toussaint 1988,
// IEEE Trans. Pattern Anal. 10, 761-765). Cost: quadratic in the hull's vertices.
Feret feret(const ConvexHull& hull);

}  // namespace fossilct
