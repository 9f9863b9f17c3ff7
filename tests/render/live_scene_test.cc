// SPDX-License-Identifier: Apache-2.0
#include "render/live_scene.h"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include "render/mesh.h"
#include "render/vector_math.h"
#include "solids.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

// A ball of 10 um radius in the place `middle_um`.
SceneBody ball_at(std::size_t slot, const Vector3& middle_um) {
  Grid grid = cube_grid(24, 1);
  grid.origin_um = middle_um - Vector3{11.5, 11.5, 11.5};
  const auto mask = solid(grid, ball(10));
  return {slot, std::make_shared<TriangleMesh>(mesh_body({mask.view(), 1, {}, grid}, {}).mesh), {}};
}

constexpr ScenePoint size = {200, 100};

// From above: x to the right, y upwards.
SceneCamera camera_at(const Vector3& focus_um) {
  SceneCamera camera;
  camera.focus_um = focus_um;
  camera.um_per_pixel = 0.5;
  return camera;
}

}  // namespace

TEST_CASE("the focus is in the middle of the picture, and lengths are as long anywhere") {
  const SceneCamera camera = camera_at({5, 6, 7});
  const ScenePoint middle = projected(camera, {5, 6, 7}, size);
  CHECK(middle.x == 100);
  CHECK(middle.y == 50);
  const ScenePoint other = projected(camera, {15, 11, -300}, size);
  CHECK(other.x == 120);
  CHECK(other.y == 40);
}

TEST_CASE(
    "turning keeps the axes upright to each other, and turns what is in front with the hand") {
  SceneCamera camera = camera_at({});
  for (int i = 0; i < 200; ++i) {
    camera = turned(camera, 0.31, -0.17);
  }
  CHECK(length(camera.viewer) == doctest::Approx(1));
  CHECK(length(camera.up) == doctest::Approx(1));
  CHECK(std::abs(dot(camera.viewer, camera.up)) < 1e-12);
  const Vector3 in_front = {0, 0, 10};
  CHECK(projected(turned(camera_at({}), 0.1, 0), in_front, size).x > 100);
  CHECK(projected(turned(camera_at({}), 0, 0.1), in_front, size).y > 50);
}

TEST_CASE("under a pixel lies the nearest body, or none") {
  SceneContent content;
  content.bodies = {ball_at(3, {0, 0, 0}), ball_at(5, {5, 0, 40}), ball_at(8, {60, 0, 0})};
  const SceneCamera camera = camera_at({0, 0, 0});
  CHECK(body_under(content, camera, {100, 50}, size) == 5);
  CHECK(body_under(content, camera, {84, 50}, size) == 3);  // 8 um to the left: past the near ball
  CHECK(!body_under(content, camera, {160, 50}, size));
  // From behind the order is the other way round.
  const SceneCamera behind = turned(camera, M_PI, 0);
  CHECK(body_under(content, behind, {100, 50}, size) == 3);
  content.selected = ball_at(9, {0, 0, 90});
  CHECK(body_under(content, camera, {100, 50}, size) == 9);
}
