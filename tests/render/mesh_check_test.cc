// SPDX-License-Identifier: Apache-2.0
#include "render/mesh_check.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <utility>

using namespace fossilct;

namespace {

// Corners at the origin and the three unit vectors, facing outwards.
TriangleMesh tetrahedron() {
  TriangleMesh mesh;
  mesh.points_um = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  return mesh;
}

}  // namespace

TEST_CASE("a tetrahedron is sound") {
  const MeshCheck check = check_mesh(tetrahedron());
  CHECK(check.sound());
  CHECK(check.fault.empty());
  CHECK(check.euler_number == 2);
  CHECK(check.shells == 1);
  CHECK(check.volume_um3 == doctest::Approx(1.0 / 6));
  CHECK(check.area_um2 == doctest::Approx(1.5 + std::sqrt(3) / 2));
}

TEST_CASE("a hole, a turned triangle and a doubled one are found") {
  TriangleMesh open = tetrahedron();
  open.triangles.pop_back();
  CHECK_FALSE(check_mesh(open).watertight);
  CHECK(check_mesh(open).fault.find("3 edges") == 0);

  TriangleMesh turned = tetrahedron();
  std::swap(turned.triangles[0][1], turned.triangles[0][2]);
  CHECK_FALSE(check_mesh(turned).watertight);

  TriangleMesh doubled = tetrahedron();
  doubled.triangles.push_back(doubled.triangles.front());
  CHECK_FALSE(check_mesh(doubled).watertight);
}

TEST_CASE("two tetrahedra at one corner are watertight and no 2-manifold") {
  TriangleMesh pair = tetrahedron();
  for (const Point3f& p : {Point3f{-1, 0, 0}, Point3f{0, -1, 0}, Point3f{0, 0, -1}}) {
    pair.points_um.push_back(p);
  }
  for (const auto& t : {std::array<std::uint32_t, 3>{0, 4, 5}, {0, 6, 4}, {0, 5, 6}, {4, 6, 5}}) {
    pair.triangles.push_back(t);
  }
  const MeshCheck check = check_mesh(pair);
  CHECK(check.watertight);
  CHECK_FALSE(check.two_manifold);
  CHECK(check.fault.find("1 points") != std::string::npos);
}

TEST_CASE("a mesh that faces inwards says so; an unused point is a fault") {
  TriangleMesh inwards = tetrahedron();
  for (auto& triangle : inwards.triangles) {
    std::swap(triangle[1], triangle[2]);
  }
  CHECK(check_mesh(inwards).two_manifold);
  CHECK_FALSE(check_mesh(inwards).outward);
  CHECK(check_mesh(inwards).fault.find("outwards") != std::string::npos);

  TriangleMesh unused = tetrahedron();
  unused.points_um.push_back({5, 5, 5});
  CHECK_FALSE(check_mesh(unused).two_manifold);
}
