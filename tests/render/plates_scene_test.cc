// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "render/canvas.h"
#include "render/mesh.h"
#include "render/plates.h"
#include "render/scene.h"
#include "solids.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

PlateFossil some_fossil(int number) {
  PlateFossil fossil;
  fossil.view.picture = Picture(16, 16, 2);
  fossil.number = std::to_string(number);
  fossil.class_name = number % 2 == 0 ? "even" : "odd";
  fossil.size = "12 µm";
  return fossil;
}

// The mean place of the pixels that `is_meant` says yes to, and how many they are.
struct Patch {
  double x = 0;
  double y = 0;
  double count = 0;
};
template <typename F>
Patch patch_of(const Picture& picture, F&& is_meant) {
  Patch patch;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      if (is_meant(picture.at(x, y))) {
        patch.x += static_cast<double>(x);
        patch.y += static_cast<double>(y);
        ++patch.count;
      }
    }
  }
  return {patch.x / patch.count, patch.y / patch.count, patch.count};
}
bool is_red(const std::uint8_t* pixel) { return pixel[0] > pixel[1] + 60; }

// 60 x 60 x 90 voxels of 2 um, turned and away from the origin.
Grid core_grid() {
  Grid grid;
  grid.size = {60, 60, 90};
  grid.spacing_um = {2, 2, 2};
  grid.origin_um = {1000, -500, 250};
  grid.direction = {0, -1, 0, 1, 0, 0, 0, 0, 1};
  return grid;
}

constexpr SceneOptions small{.width = 300, .rock_opacity = 0.9};

// A red ball about the middle of the box [12, 24)^3 of the core's voxels.
Scene scene_with_ball() {
  Scene scene;
  scene.grid = core_grid();
  const Grid crop = cropped(scene.grid, {{12, 12, 12}, {24, 24, 24}});
  const auto mask = solid(crop, ball(10));
  scene.bodies.push_back({"red", {255, 0, 0}, {}});
  scene.bodies.back().meshes.push_back(mesh_body({mask.view(), 1, {}, crop}, {}).mesh);
  return scene;
}

// Rock, at a quarter of the resolution, in the same box.
Scene scene_with_rock() {
  Scene scene;
  scene.grid = core_grid();
  scene.rock_grid = reduced(scene.grid, 4);
  scene.rock = Volume<std::uint8_t>(scene.rock_grid.size);
  for (std::int64_t z = 3; z < 6; ++z) {
    for (std::int64_t y = 3; y < 6; ++y) {
      for (std::int64_t x = 3; x < 6; ++x) {
        scene.rock.view()(x, y, z) = 255;
      }
    }
  }
  return scene;
}

}  // namespace

TEST_CASE("plates: twenty a page, nothing before it is whole") {
  const TemporaryFolder folder;
  const auto path = folder / "plates.pdf";
  {
    PlateFile plates(path, {"core", 41, IfExists::refuse});
    for (int i = 0; i < 41; ++i) {
      plates.add(some_fossil(i));
    }
    CHECK_FALSE(std::filesystem::exists(path));
    plates.finish();
  }
  CHECK(read_file(path).starts_with("%PDF-"));
  CHECK(read_file(path).find("/Count 3") != std::string::npos);
  CHECK_THROWS_AS(PlateFile(path, {"core", 1, IfExists::refuse}), Error);
  { PlateFile left(folder / "left.pdf", {"core", 1, IfExists::refuse}); }
  CHECK_FALSE(std::filesystem::exists(folder / "left.pdf"));
}

TEST_CASE("plates: a fossil without a picture keeps its place") {
  const TemporaryFolder folder;
  const auto path = folder / "plates.pdf";
  PlateFile plates(path, {"core", 21, IfExists::refuse});
  for (int i = 0; i < 21; ++i) {
    PlateFossil fossil = some_fossil(i);
    if (i % 5 == 0) {
      fossil.view = {};
      fossil.missing = "crop damaged";
    }
    plates.add(std::move(fossil));
  }
  plates.finish();
  CHECK(read_file(path).find("/Count 2") != std::string::npos);
}

TEST_CASE("plates: four views at the dpi asked for are as wide as an A4 page's plate") {
  for (const double dpi : {72.0, 300.0}) {
    const double inches = 4 * static_cast<double>(PlateFile::edge_pixels(dpi)) / dpi;
    CHECK(inches > 6);
    CHECK(inches < 8.27);
  }
}

TEST_CASE("a PDF says what its writer threw") {
  PdfCanvas page(100, 100, "title",
                 [](std::span<const std::byte>) { throw std::runtime_error("the disk is full"); });
  page.write(10, 50, "words", {});
  CHECK(message_of<std::runtime_error>([&] { page.finish(); }) == "the disk is full");
}

TEST_CASE("a scene: the fossil in its colour and size, where it is, and it turns") {
  ScenePainter painter(RenderBackend::automatic, scene_with_ball(), small);
  const Picture picture = painter.paint(0);
  CHECK(picture.width == 300);
  CHECK(picture.height == 240);
  CHECK(picture.at(299, 239)[1] == 255);
  const Patch with_key = patch_of(picture, is_red);
  Scene scene = scene_with_ball();
  scene.bodies.front().name = "";
  ScenePainter keyless(RenderBackend::automatic, scene, small);
  const Patch ball = patch_of(keyless.paint(0), is_red);
  CHECK(with_key.count > ball.count);
  const double um_per_pixel = scene_um_per_pixel(core_grid(), small);
  CHECK(ball.count * um_per_pixel * um_per_pixel == doctest::Approx(3.14159 * 100).epsilon(0.06));
  const Patch turned = patch_of(keyless.paint(180), is_red);
  CHECK(turned.x - 149.5 == doctest::Approx(149.5 - ball.x).epsilon(0.1));
  CHECK(painter.paint(360).pixels == picture.pixels);
}

TEST_CASE("a scene: the rock lies where its voxels are, whatever the grid's direction") {
  Scene ball_only = scene_with_ball();
  ball_only.bodies.front().name = "";  // no key
  ScenePainter with_ball(RenderBackend::automatic, ball_only, small);
  ScenePainter with_rock(RenderBackend::automatic, scene_with_rock(), small);
  for (const double degrees : {0.0, 100.0}) {
    const Patch ball = patch_of(with_ball.paint(degrees), is_red);
    Scene nothing;
    nothing.grid = core_grid();
    const Picture empty = ScenePainter(RenderBackend::automatic, nothing, small).paint(degrees);
    const Picture drawn = with_rock.paint(degrees);
    Patch rock;
    for (std::int64_t y = 0; y < drawn.height; ++y) {
      for (std::int64_t x = 0; x < drawn.width; ++x) {
        const double darker = empty.at(x, y)[1] - drawn.at(x, y)[1];
        rock.x += darker * static_cast<double>(x);
        rock.y += darker * static_cast<double>(y);
        rock.count += darker;
      }
    }
    REQUIRE(rock.count > 500);
    CHECK(rock.x / rock.count == doctest::Approx(ball.x).epsilon(0.02));
    CHECK(rock.y / rock.count == doctest::Approx(ball.y).epsilon(0.02));
  }
}

TEST_CASE("a scene's options out of range are named") {
  CHECK(message_of<Error>([] { SceneOptions{.width = 20}.check(); }).find("--width") == 0);
  CHECK(message_of<Error>([] { SceneOptions{.rock_opacity = 2}.check(); }).find("--opacity") == 0);
}
