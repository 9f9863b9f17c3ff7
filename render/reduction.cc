// SPDX-License-Identifier: Apache-2.0
#include "render/reduction.h"

#include <meshoptimizer.h>

#include <cstddef>
#include <limits>

#include "render/mesh_check.h"

namespace fossilct {
namespace {

constexpr std::uint32_t unused = std::numeric_limits<std::uint32_t>::max();

void drop_unused_points(TriangleMesh& mesh) {
  std::vector<std::uint32_t> new_from_old(mesh.points_um.size(), unused);
  std::vector<Point3f> kept;
  for (auto& triangle : mesh.triangles) {
    for (std::uint32_t& corner : triangle) {
      if (new_from_old[corner] == unused) {
        new_from_old[corner] = static_cast<std::uint32_t>(kept.size());
        kept.push_back(mesh.points_um[corner]);
      }
      corner = new_from_old[corner];
    }
  }
  mesh.points_um = std::move(kept);
}

struct Reduced {
  TriangleMesh mesh;
  double error_um = 0;
};

Reduced attempt(const TriangleMesh& mesh, double error_um, std::int64_t triangles) {
  const float* points = mesh.points_um.front().data();
  const std::size_t count = mesh.points_um.size();
  const auto scale = static_cast<double>(meshopt_simplifyScale(points, count, sizeof(Point3f)));
  Reduced reduced;
  reduced.mesh.origin_um = mesh.origin_um;
  reduced.mesh.points_um = mesh.points_um;
  reduced.mesh.triangles.resize(mesh.triangles.size());
  float relative = 0;
  const std::size_t indices = meshopt_simplify(
      reduced.mesh.triangles.front().data(), mesh.triangles.front().data(),
      3 * mesh.triangles.size(), points, count, sizeof(Point3f),
      3 * static_cast<std::size_t>(triangles), static_cast<float>(error_um / scale), 0, &relative);
  reduced.mesh.triangles.resize(indices / 3);
  reduced.error_um = static_cast<double>(relative) * scale;
  drop_unused_points(reduced.mesh);
  return reduced;
}

}  // namespace

double reduce(TriangleMesh& mesh, double error_um, std::int64_t triangles) {
  if (mesh.triangles.empty()) {
    return 0;
  }
  const std::int64_t euler_number = check_mesh(mesh).euler_number;
  constexpr int attempts = 5;
  for (int i = 0; i < attempts; ++i, error_um /= 2) {
    Reduced reduced = attempt(mesh, error_um, triangles);
    const MeshCheck check = check_mesh(reduced.mesh);
    if (check.sound() && check.euler_number == euler_number) {
      mesh = std::move(reduced.mesh);
      return reduced.error_um;
    }
  }
  return 0;
}

}  // namespace fossilct
