// SPDX-License-Identifier: Apache-2.0
#include "render/mesh.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "render/reduction.h"
#include "render/vector_math.h"
#include "solids.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

BodyMesh mesh_of(const Volume<std::uint8_t>& mask, const Grid& grid,
                 const MeshOptions& options = {}) {
  MeshInput input;
  input.mask = mask.view();
  input.grid = grid;
  return mesh_body(input, options);
}

const MeshOptions exactly{.exact = true};

// How probable a ball about the middle is whose edge is blurred over some four voxels; linear
// there.
Volume<std::uint8_t> blurred_ball(const Grid& grid, double radius) {
  Volume<std::uint8_t> probability(grid.size);
  solid(grid, [&, i = std::int64_t{0}](const Vector3& p) mutable {
    const double inside = radius - std::hypot(p.x, p.y, p.z);
    probability.data()[i++] =
        static_cast<std::uint8_t>(std::clamp(127.5 + 60 * inside, 0.0, 255.0));
    return false;
  });
  return probability;
}

Volume<std::uint8_t> above_half(const Volume<std::uint8_t>& probability) {
  Volume<std::uint8_t> mask(probability.size());
  for (std::int64_t i = 0; i < voxel_count(mask.size()); ++i) {
    mask.data()[i] = probability.data()[i] > 127 ? 1 : 0;
  }
  return mask;
}

// Of a mesh's points from a sphere about the middle of cube_grid(24): the mesh's origin is voxel
// 12, the middle 11.5.
double worst_distance(const TriangleMesh& mesh, double radius) {
  double worst = 0;
  for (const Point3f& p : mesh.points_um) {
    worst = std::max(worst, std::abs(std::hypot(p[0] + 0.5, p[1] + 0.5, p[2] + 0.5) - radius));
  }
  return worst;
}

// Blocks of 1, 2, 4 and 8 voxels that are all 0, in the mask with a border of them: the Euler
// number of a background whose voxels are joined across faces only (6-connectivity).
std::int64_t background_euler_number(const Volume<std::uint8_t>& mask) {
  const Size3 size = mask.size();
  const auto is_background = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const bool out = x < 0 || y < 0 || z < 0 || x >= size.x || y >= size.y || z >= size.z;
    return out || mask(x, y, z) == 0;
  };
  std::int64_t sum = 0;
  for (std::int64_t z = -1; z <= size.z; ++z) {
    for (std::int64_t y = -1; y <= size.y; ++y) {
      for (std::int64_t x = -1; x <= size.x; ++x) {
        for (int block = 0; block < 8; ++block) {
          const int dx = block & 1, dy = block >> 1 & 1, dz = block >> 2 & 1;
          bool all = x + dx <= size.x && y + dy <= size.y && z + dz <= size.z;
          for (int corner = 0; corner < 8 && all; ++corner) {
            all = is_background(x + (corner & dx), y + (corner >> 1 & dy), z + (corner >> 2 & dz));
          }
          sum += all ? ((dx + dy + dz) % 2 == 0 ? 1 : -1) : 0;
        }
      }
    }
  }
  return sum;
}

// Cells of eight voxels of which only two are inside, at opposite corners.
std::int64_t corner_contacts(const Volume<std::uint8_t>& mask) {
  const Size3 size = mask.size();
  std::int64_t contacts = 0;
  for (std::int64_t z = 0; z + 1 < size.z; ++z) {
    for (std::int64_t y = 0; y + 1 < size.y; ++y) {
      for (std::int64_t x = 0; x + 1 < size.x; ++x) {
        int inside = 0;
        for (int corner = 0; corner < 8; ++corner) {
          inside |= mask(x + (corner & 1), y + (corner >> 1 & 1), z + (corner >> 2)) << corner;
        }
        contacts += inside == 0x81 || inside == 0x42 || inside == 0x24 || inside == 0x18 ? 1 : 0;
      }
    }
  }
  return contacts;
}

// Of voxels joined across faces and edges. By duality: in the 3-sphere body and background have the
// same Euler number, and the padded box lacks the ball around infinity. Blocks of the background
// leave a hole where two voxels meet at a corner (they would be joined); here it is closed.
std::int64_t euler_number_by_edges(const Volume<std::uint8_t>& mask) {
  return background_euler_number(mask) + corner_contacts(mask) - 1;
}

double equivalent_diameter(double volume) { return std::cbrt(6 * volume / std::numbers::pi); }

}  // namespace

TEST_CASE("a block's Euler number is counted right") {
  Volume<std::uint8_t> mask({4, 4, 4});
  mask(0, 0, 0) = 1;
  CHECK(euler_number_by_edges(mask) == 1);
  mask(1, 1, 0) = 1;  // across an edge: one body
  CHECK(euler_number_by_edges(mask) == 1);
  mask(2, 2, 1) = 1;  // across a corner: another
  CHECK(euler_number_by_edges(mask) == 2);
}

TEST_CASE("exact: voxels joined across edges are one shell, across corners two") {
  Volume<std::uint8_t> mask({3, 3, 3});
  mask(0, 0, 0) = 1;
  mask(1, 1, 0) = 1;
  CHECK(mesh_of(mask, cube_grid(3), exactly).check.shells == 1);
  mask(1, 1, 0) = 0;
  mask(1, 1, 1) = 1;
  CHECK(mesh_of(mask, cube_grid(3), exactly).check.shells == 2);
}

TEST_CASE("exact: every mask gives a 2-manifold of its own Euler number") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const double chance = 0.1 + 0.8 * seed / 300;
    const Size3 size{3 + seed % 5, 3 + seed % 3, 3 + seed % 4};
    Grid grid;
    grid.size = size;
    const auto mask = random_mask(size, chance, seed);
    const BodyMesh body = mesh_of(mask, grid, exactly);
    CAPTURE(seed);
    REQUIRE(body.check.sound());
    REQUIRE(body.check.euler_number == 2 * euler_number_by_edges(mask));
  }
}

TEST_CASE("exact: one voxel is an octahedron of a sixth of it") {
  Volume<std::uint8_t> mask({1, 1, 1});
  mask(0, 0, 0) = 1;
  const BodyMesh body = mesh_of(mask, cube_grid(1, 2), exactly);
  CHECK(body.check.triangles == 8);
  CHECK(body.check.volume_um3 == doctest::Approx(8.0 / 6));
  CHECK(body.check.area_um2 == doctest::Approx(std::sqrt(3) * 4));
  CHECK(body.volume_deviation() == doctest::Approx(-5.0 / 6));
}

TEST_CASE("a smoothed mesh has the topology of the mask") {
  const Grid grid = cube_grid(40);
  CHECK(mesh_of(solid(grid, ball(15)), grid).check.euler_number == 2);
  CHECK(mesh_of(solid(grid, torus(12, 5)), grid).check.euler_number == 0);
  const auto hollow = solid(grid, [](const Vector3& p) { return ball(15)(p) && !ball(11)(p); });
  const BodyMesh shell = mesh_of(hollow, grid);
  CHECK(shell.check.euler_number == 4);
  CHECK(shell.check.shells == 2);
  CHECK(shell.check.sound());
}

TEST_CASE("from 16 voxels up the volume is within 1% of the voxels', the area within 4% of truth") {
  for (const double radius : {8.0, 8.7, 12.0, 20.0}) {
    const Grid grid = cube_grid(44, 2.5);
    const BodyMesh body = mesh_of(solid(grid, ball(2.5 * radius)), grid);
    CAPTURE(radius);
    REQUIRE(equivalent_diameter(body.voxels_um3) > 2.5 * 15.5);
    CHECK(std::abs(body.volume_deviation()) < 0.01);
    const double area = 4 * std::numbers::pi * 2.5 * 2.5 * radius * radius;
    CHECK(body.check.area_um2 == doctest::Approx(area).epsilon(0.04));
  }
}

TEST_CASE("ellipsoids, also on unequal voxels") {
  Grid grid;
  grid.size = {60, 40, 24};
  grid.spacing_um = {1, 1.5, 2};
  for (const double c : {8.0, 12.0, 20.0}) {
    const BodyMesh body = mesh_of(solid(grid, ellipsoid(28, 16, c)), grid);
    CHECK(body.check.sound());
    CHECK(std::abs(body.volume_deviation()) < 0.01);
    CHECK(body.check.volume_um3 ==
          doctest::Approx(4.0 / 3 * std::numbers::pi * 28 * 16 * c).epsilon(0.02));
  }
}

TEST_CASE("a mesh lies where the voxels lie, in a turned and mirrored grid too") {
  Grid grid = cube_grid(30, 2);
  grid.origin_um = {50000, -300, 7};
  grid.direction = {0, -1, 0, 1, 0, 0, 0, 0, -1};  // a turn and a mirror
  const BodyMesh body = mesh_of(solid(grid, ball(20)), grid);
  CHECK(body.check.outward);
  const Vector3 middle = grid.physical_from_index({14.5, 14.5, 14.5});
  for (std::size_t i = 0; i < body.mesh.points_um.size(); i += 7) {
    const Point3f& p = body.mesh.points_um[i];
    const Vector3 from_middle{body.mesh.origin_um.x + p[0] - middle.x,
                              body.mesh.origin_um.y + p[1] - middle.y,
                              body.mesh.origin_um.z + p[2] - middle.z};
    const double distance = std::hypot(from_middle.x, from_middle.y, from_middle.z);
    REQUIRE(distance == doctest::Approx(20).epsilon(0.06));
    const Point3f& n = body.mesh.normals[i];
    REQUIRE((n[0] * from_middle.x + n[1] * from_middle.y + n[2] * from_middle.z) / distance > 0.9);
  }
}

TEST_CASE("a body that reaches the border is closed there") {
  const Grid grid = cube_grid(12);
  const BodyMesh body = mesh_of(solid(grid, [](const Vector3&) { return true; }), grid);
  CHECK(body.check.sound());
  CHECK(body.check.euler_number == 2);
  CHECK(std::abs(body.volume_deviation()) < 0.01);
}

TEST_CASE("only voxels of the value count, and an empty mask gives an empty mesh") {
  const Grid grid = cube_grid(20);
  auto mask = solid(grid, ball(6));
  for (std::int64_t y = 0; y < 20; ++y) {
    mask(0, y, 0) = 2;
  }
  CHECK(mesh_of(mask, grid).check.shells == 1);
  CHECK(mesh_of(Volume<std::uint8_t>(grid.size), grid).mesh.triangles.empty());
}

TEST_CASE("a probability is truer than the mask, and the mask has the last word") {
  const Grid grid = cube_grid(24);
  constexpr double radius = 9.2;
  const Volume<std::uint8_t> probability = blurred_ball(grid, radius);
  Volume<std::uint8_t> mask = above_half(probability);
  MeshInput input{mask.view(), 1, probability.view(), grid};
  CHECK(worst_distance(mesh_body(input, exactly).mesh, radius) < 0.02 * radius);
  mask(12, 12, 12) = 0;  // a hole that the probability knows nothing of
  CHECK(mesh_body(input, exactly).check.shells == 2);
}

TEST_CASE("a blurred ball: its probability gives a truer surface than its voxels") {
  const Grid grid = cube_grid(24);
  constexpr double radius = 9.2;
  const Volume<std::uint8_t> probability = blurred_ball(grid, radius);
  const Volume<std::uint8_t> mask = above_half(probability);
  const BodyMesh hard = mesh_body({mask.view(), 1, {}, grid}, {});
  const BodyMesh soft = mesh_body({mask.view(), 1, probability.view(), grid}, {});
  CHECK(soft.check.sound());
  CHECK(soft.check.euler_number == hard.check.euler_number);
  CHECK(worst_distance(soft.mesh, radius) < worst_distance(hard.mesh, radius) / 4);
  const double area = 4 * 3.14159265 * radius * radius;
  CHECK(soft.check.area_um2 == doctest::Approx(area).epsilon(0.01));
  CHECK(std::abs(soft.check.area_um2 - area) < std::abs(hard.check.area_um2 - area));
  CHECK(soft.check.volume_um3 == doctest::Approx(area * radius / 3).epsilon(0.01));
}

TEST_CASE("two bodies that touch, certain on both sides: the surface between them runs halfway") {
  const Grid grid = cube_grid(12);
  Volume<std::uint8_t> mask(grid.size), probability(grid.size);
  for (std::int64_t z = 3; z < 9; ++z) {
    for (std::int64_t y = 3; y < 9; ++y) {
      for (std::int64_t x = 1; x < 11; ++x) {
        mask(x, y, z) = x < 6 ? 1 : 2;
        probability(x, y, z) = 255;
      }
    }
  }
  for (const auto body : {std::uint8_t{1}, std::uint8_t{2}}) {
    const BodyMesh soft = mesh_body({mask.view(), body, probability.view(), grid}, exactly);
    const BodyMesh hard = mesh_body({mask.view(), body, {}, grid}, exactly);
    CHECK(soft.check.volume_um3 == doctest::Approx(hard.check.volume_um3).epsilon(1e-6));
    CHECK(soft.check.sound());
  }
}

TEST_CASE("reducing moves the surface by no more than the error, and keeps it a manifold") {
  const Grid grid = cube_grid(64);
  const auto mask = solid(grid, ball(28));
  const BodyMesh whole = mesh_of(mask, grid);
  const BodyMesh reduced = mesh_of(mask, grid, {.reduce_error_um = 0.25});
  CHECK(reduced.check.sound());
  CHECK(reduced.check.euler_number == 2);
  CHECK(reduced.check.triangles < whole.check.triangles / 5);
  CHECK(reduced.reduce_error_um <= 0.25);
  CHECK(std::abs(reduced.volume_deviation()) < 0.01);
  for (const auto& triangle : reduced.mesh.triangles) {  // corners and middles of triangles
    double sum[3] = {0, 0, 0};
    for (const std::uint32_t corner : triangle) {
      const Point3f& p = reduced.mesh.points_um[corner];
      CHECK(std::hypot(p[0] + 0.5, p[1] + 0.5, p[2] + 0.5) == doctest::Approx(28).epsilon(0.03));
      for (int axis = 0; axis < 3; ++axis) {
        sum[axis] += (p[axis] + 0.5) / 3;
      }
    }
    REQUIRE(std::hypot(sum[0], sum[1], sum[2]) > 28 - 0.25 - 0.8);
  }
}

// Of a point to a triangle (Ericson 2005, Real-Time Collision Detection, 5.1.5).
double distance_to(const Vector3& p, const std::array<Vector3, 3>& t) {
  const Vector3 ab = t[1] - t[0], ac = t[2] - t[0], ap = p - t[0];
  const double d1 = dot(ab, ap), d2 = dot(ac, ap);
  const Vector3 bp = p - t[1], cp = p - t[2];
  const double d3 = dot(ab, bp), d4 = dot(ac, bp), d5 = dot(ab, cp), d6 = dot(ac, cp);
  const double va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
  Vector3 nearest;
  if (d1 <= 0 && d2 <= 0) {
    nearest = t[0];
  } else if (d3 >= 0 && d4 <= d3) {
    nearest = t[1];
  } else if (d6 >= 0 && d5 <= d6) {
    nearest = t[2];
  } else if (vc <= 0 && d1 >= 0 && d3 <= 0) {
    nearest = t[0] + d1 / (d1 - d3) * ab;
  } else if (vb <= 0 && d2 >= 0 && d6 <= 0) {
    nearest = t[0] + d2 / (d2 - d6) * ac;
  } else if (va <= 0 && d4 >= d3 && d5 >= d6) {
    nearest = t[1] + (d4 - d3) / (d4 - d3 + d5 - d6) * (t[2] - t[1]);
  } else {
    nearest = t[0] + vb / (va + vb + vc) * ab + vc / (va + vb + vc) * ac;
  }
  return length(p - nearest);
}

// Of the points of one mesh to the surface of the other, the farthest.
double farthest(const TriangleMesh& from, const TriangleMesh& to) {
  double most = 0;
  for (const Point3f& point : from.points_um) {
    double least = std::numeric_limits<double>::infinity();
    for (const auto& triangle : to.triangles) {
      least =
          std::min(least, distance_to(to_vector(point), {to_vector(to.points_um[triangle[0]]),
                                                         to_vector(to.points_um[triangle[1]]),
                                                         to_vector(to.points_um[triangle[2]])}));
    }
    most = std::max(most, least);
  }
  return most;
}

// A needle with two tips, of rings of `corners` points; closed.
TriangleMesh needle(float half_length, float radius, std::uint32_t rings, std::uint32_t corners) {
  TriangleMesh mesh;
  mesh.points_um.push_back({0, 0, -half_length});
  for (std::uint32_t ring = 0; ring < rings; ++ring) {
    const float z =
        half_length * (2 * static_cast<float>(ring + 1) / static_cast<float>(rings + 1) - 1);
    const float r = radius * (1 - std::abs(z) / half_length);
    for (std::uint32_t corner = 0; corner < corners; ++corner) {
      const float angle =
          2 * std::numbers::pi_v<float> * static_cast<float>(corner) / static_cast<float>(corners);
      mesh.points_um.push_back({r * std::cos(angle), r * std::sin(angle), z});
    }
  }
  const auto last = static_cast<std::uint32_t>(mesh.points_um.size());
  mesh.points_um.push_back({0, 0, half_length});
  for (std::uint32_t corner = 0; corner < corners; ++corner) {
    const std::uint32_t next = (corner + 1) % corners;
    mesh.triangles.push_back({0, 1 + next, 1 + corner});
    for (std::uint32_t ring = 0; ring + 1 < rings; ++ring) {
      const std::uint32_t low = 1 + ring * corners;
      const std::uint32_t high = low + corners;
      mesh.triangles.push_back({low + corner, low + next, high + next});
      mesh.triangles.push_back({low + corner, high + next, high + corner});
    }
    mesh.triangles.push_back({last - corners + corner, last - corners + next, last});
  }
  return mesh;
}

TEST_CASE("reducing leaves the tips of needles where they are") {
  const TriangleMesh whole = needle(20, 0.8F, 39, 8);
  REQUIRE(check_mesh(whole).sound());
  for (const double error : {0.25, 0.5, 1.0}) {
    TriangleMesh reduced = whole;
    reduce(reduced, error, 0);
    CHECK(check_mesh(reduced).sound());
    CHECK(reduced.triangles.size() < whole.triangles.size() / 2);
    CHECK(farthest(whole, reduced) <= error * 1.0001);
  }
}

TEST_CASE("reducing to a share, and on masks full of tunnels") {
  const Grid grid = cube_grid(16);
  const auto mask = random_mask(grid.size, 0.6, 5);
  const BodyMesh exact = mesh_of(mask, grid, exactly);
  const BodyMesh reduced = mesh_of(mask, grid, {.reduce_to = 0.5});
  CHECK(reduced.check.sound());
  CHECK(reduced.check.euler_number == exact.check.euler_number);
  const Grid big = cube_grid(40);
  const BodyMesh ring = mesh_of(solid(big, torus(12, 5)), big, {.reduce_to = 0.1});
  CHECK(ring.check.triangles <= ring.contour_triangles / 10);
  CHECK(ring.check.euler_number == 0);
}

TEST_CASE("meshes do not depend on threads") {
  const Grid grid = cube_grid(32);
  const auto mask = solid(grid, torus(10, 4));
  const BodyMesh alone = mesh_of(mask, grid, {.reduce_error_um = 0.2});
  std::vector<BodyMesh> meshes(8);
  parallel_for(8, 4, [&](std::int64_t i) {
    meshes[static_cast<std::size_t>(i)] = mesh_of(mask, grid, {.reduce_error_um = 0.2});
  });
  for (const BodyMesh& mesh : meshes) {
    CHECK(mesh.mesh.points_um == alone.mesh.points_um);
    CHECK(mesh.mesh.triangles == alone.mesh.triangles);
  }
}

TEST_CASE("options out of range are named") {
  const auto fault = [](MeshOptions options) {
    return message_of<Error>([&] { options.check(); });
  };
  CHECK(fault({.smoothing_passes = 201}).find("--smooth") != std::string::npos);
  CHECK(fault({.pass_band = 0}).find("--smooth-band") != std::string::npos);
  CHECK(fault({.reduce_error_um = -1}).find("--reduce-error-um") != std::string::npos);
  CHECK(fault({.reduce_to = 0}).find("--reduce-to") != std::string::npos);
  CHECK(fault({}).empty());
}
