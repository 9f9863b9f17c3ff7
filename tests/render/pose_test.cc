// SPDX-License-Identifier: Apache-2.0
#include "render/pose.h"

#include <doctest/doctest.h>

#include <cmath>

#include "render/cut.h"
#include "render/mesh.h"
#include "render/pictures.h"
#include "render/section.h"
#include "render/vector_math.h"
#include "solids.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

// An egg: longest along z with its thin end up, thinnest along y.
bool egg(const Vector3& p) {
  const double width = 1 - 0.012 * p.z;
  return p.x * p.x / (196 * width * width) + p.y * p.y / (64 * width * width) + p.z * p.z / 676 < 1;
}

BodyMesh mesh_of(const Volume<std::uint8_t>& mask, const Grid& grid) {
  MeshInput input{mask.view(), 1, {}, grid};
  return mesh_body(input, {});
}

double along(const Pose& pose, std::size_t row, const Vector3& direction) {
  return dot(row_of(pose.view_from_scan, row), direction);
}

}  // namespace

TEST_CASE("the longest axis stands upright, the largest face is towards the viewer") {
  const Grid grid = cube_grid(60);
  const Pose pose = pose_of(mesh_of(solid(grid, egg), grid).mesh);
  CHECK(along(pose, 1, {0, 0, 1}) > 0.999);  // the thin end reaches farther from the centre of mass
  CHECK(std::abs(along(pose, 2, {0, 1, 0})) > 0.999);
  const Vector3 right = row_of(pose.view_from_scan, 0);
  const Vector3 made = cross(row_of(pose.view_from_scan, 1), row_of(pose.view_from_scan, 2));
  CHECK(dot(right, made) == doctest::Approx(1));
  CHECK(length(pose.centre_um - Vector3{29.5, 29.5, 29.5}) < 0.5);
}

TEST_CASE("a pose turns with the body") {
  Grid grid = cube_grid(60);
  const auto mask = solid(grid, egg);
  const Pose before = pose_of(mesh_of(mask, grid).mesh);
  const double c = std::cos(0.6);
  const double s = std::sin(0.6);
  grid.direction = {c, -s, 0, s, c, 0, 0, 0, 1};
  grid.origin_um = {300, -20, 7};
  const Pose after = pose_of(mesh_of(mask, grid).mesh);
  const Vector3 viewer = row_of(before.view_from_scan, 2);
  const Vector3 turned_viewer{c * viewer.x - s * viewer.y, s * viewer.x + c * viewer.y, viewer.z};
  CHECK(std::abs(along(after, 2, turned_viewer)) > 0.999);
  CHECK(along(after, 1, {0, 0, 1}) > 0.999);
}

TEST_CASE("the six views are turns of one another") {
  const Pose front{identity_direction, {}};
  const auto viewer = [&](StandardView view) {
    return row_of(turned(front, view).view_from_scan, 2);
  };
  CHECK(viewer(StandardView::back) == Vector3{0, 0, -1});
  CHECK(viewer(StandardView::right) == Vector3{1, 0, 0});
  CHECK(viewer(StandardView::left) == Vector3{-1, 0, 0});
  CHECK(viewer(StandardView::top) == Vector3{0, 1, 0});
  CHECK(viewer(StandardView::bottom) == Vector3{0, -1, 0});
  for (const StandardView view : all_standard_views) {
    const Pose pose = turned(front, view);
    const Vector3 made = cross(row_of(pose.view_from_scan, 0), row_of(pose.view_from_scan, 1));
    CHECK(dot(made, row_of(pose.view_from_scan, 2)) == doctest::Approx(1));
  }
}

TEST_CASE("a ball cut through its middle: half its surface, and a disc") {
  const Grid grid = cube_grid(48);
  const BodyMesh ball_mesh = mesh_of(solid(grid, ball(20)), grid);
  const Pose pose{{0, 1, 0, 0, 0, 1, 1, 0, 0}, {23.5, 23.5, 23.5}};
  const CutSolid cut = cut_open(ball_mesh.mesh, pose);
  CHECK(surface_area(cut.face) == doctest::Approx(3.14159 * 400).epsilon(0.02));
  CHECK(surface_area(cut.surface) == doctest::Approx(2 * 3.14159 * 400).epsilon(0.03));
  CHECK(outline_length_um(ball_mesh.mesh, pose) == doctest::Approx(2 * 3.14159 * 20).epsilon(0.03));
  for (const auto& triangle : cut.surface.triangles) {
    for (const std::uint32_t corner : triangle) {  // all that is left lies behind the plane
      REQUIRE(cut.surface.points_um[corner][0] + cut.surface.origin_um.x < 23.5 + 1e-3);
    }
  }
}

TEST_CASE("a section shows the scan's values where they are, clear beyond, the outline between") {
  BodyCrop crop;
  crop.grid = cube_grid(32, 2);
  crop.mask = solid(crop.grid, ball(20));
  crop.grey = Volume<float>(crop.grid.size);
  for (std::int64_t z = 0; z < 32; ++z) {
    for (std::int64_t y = 0; y < 32; ++y) {
      for (std::int64_t x = 0; x < 32; ++x) {
        crop.grey(x, y, z) = static_cast<float>(x);
      }
    }
  }
  const ViewFrame view{{identity_direction, {31, 31, 31}}, 1, 80};
  const Section section = section_of(crop, view, {0, 31}, {255, 0, 0});
  CHECK(section.grey.at(2, 40)[1] == 0);  // beyond the crop
  CHECK(section.grey.at(39, 40)[1] == 255);
  // Pixel x lies at 31 + x - 39.5 um, in voxels of 2 um.
  CHECK(std::abs(section.grey.at(45, 42)[0] - 255 * ((31 + 45 - 39.5) / 2) / 31) < 1.5);
  CHECK(section.outline.at(20, 39)[0] == 255);
  CHECK(section.outline.at(20, 39)[3] > 100);  // the ball's rim, 20 um from its centre
  CHECK(section.outline.at(30, 39)[3] == 0);
}

TEST_CASE("a projection is the brightest of the body along the view, clear beside it") {
  BodyCrop crop;
  crop.grid = cube_grid(32, 2);
  crop.mask = solid(crop.grid, ball(20));
  crop.grey = Volume<float>(crop.grid.size);
  for (std::int64_t z = 0; z < 32; ++z) {
    for (std::int64_t y = 0; y < 32; ++y) {
      for (std::int64_t x = 0; x < 32; ++x) {
        crop.grey(x, y, z) = static_cast<float>(z);
      }
    }
  }
  crop.grey(16, 16, 1) = 1000;  // not of the body
  const ViewFrame view{{identity_direction, {31, 31, 31}}, 1, 80};
  const Picture picture = projection_of(crop, view, {0, 31});
  CHECK(picture.at(5, 40)[1] == 0);
  CHECK(picture.at(40, 40)[1] == 255);
  // The ball ends at 51 um, z = 25.5; 16.5 um beside its middle at 42.3 um, less what its voxels
  // lack.
  CHECK(std::abs(picture.at(40, 40)[0] - 255 * 25.5 / 31) < 6);
  CHECK(std::abs(picture.at(56, 40)[0] - 255 * (31 + std::sqrt(400 - 16.5 * 16.5)) / 2 / 31) < 12);
}

TEST_CASE("without a scan the body is grey; a window without values is harmless") {
  BodyCrop crop;
  crop.grid = cube_grid(16);
  crop.mask = solid(crop.grid, ball(6));
  const GreyWindow window = grey_window_of(crop);
  CHECK(window.low == 0);
  const ViewFrame view{{identity_direction, {7.5, 7.5, 7.5}}, 0.5, 32};
  CHECK(section_of(crop, view, window, {255, 0, 0}).grey.at(16, 16)[0] == 190);
}

TEST_CASE("scale bars are round and fit") {
  for (const double um_per_pixel : {0.013, 0.5, 1.0, 3.7, 44.0}) {
    const ScaleBar bar = scale_bar(um_per_pixel, 100, true);
    CHECK(bar.pixels <= 100 + 1e-9);
    CHECK(bar.pixels > 39);
    CHECK(bar.pixels * um_per_pixel == doctest::Approx(bar.length_um));
  }
  CHECK(scale_bar(1.1, 100, true).label == "100 µm");
  CHECK(scale_bar(30, 100, true).label == "2 mm");
  CHECK(scale_bar(0.6, 100, false).label == "50 voxels");
}
