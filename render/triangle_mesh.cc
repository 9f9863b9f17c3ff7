// SPDX-License-Identifier: Apache-2.0
#include "render/triangle_mesh.h"

#include <algorithm>

#include "render/vector_math.h"

namespace fossilct {

double signed_volume(const TriangleMesh& mesh) {
  double six_volumes = 0;
  for (const auto& triangle : mesh.triangles) {
    const Corners t = corners_of(mesh, triangle);
    six_volumes += dot(t.a, cross(t.b, t.c));
  }
  return six_volumes / 6;
}

double surface_area(const TriangleMesh& mesh) {
  double two_areas = 0;
  for (const auto& triangle : mesh.triangles) {
    two_areas += length(area_vector(corners_of(mesh, triangle)));
  }
  return two_areas / 2;
}

void compute_normals(TriangleMesh& mesh) {
  std::vector<Vector3> sums(mesh.points_um.size());
  for (const auto& triangle : mesh.triangles) {
    const Vector3 normal = area_vector(corners_of(mesh, triangle));
    for (const std::uint32_t corner : triangle) {
      sums[corner] = sums[corner] + normal;
    }
  }
  mesh.normals.resize(sums.size());
  std::transform(sums.begin(), sums.end(), mesh.normals.begin(), [](const Vector3& sum) {
    const double size = length(sum);
    return size > 0 ? to_point(1 / size * sum) : Point3f{0, 0, 1};
  });
}

Bounds bounds_of(const TriangleMesh& mesh) {
  if (mesh.points_um.empty()) {
    return {};
  }
  Bounds bounds{mesh.points_um.front(), mesh.points_um.front()};
  for (const Point3f& p : mesh.points_um) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      bounds.low[axis] = std::min(bounds.low[axis], p[axis]);
      bounds.high[axis] = std::max(bounds.high[axis], p[axis]);
    }
  }
  return bounds;
}

}  // namespace fossilct
