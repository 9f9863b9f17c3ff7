// SPDX-License-Identifier: Apache-2.0
// Pictures against baselines. Two renderers, or two versions of one, differ a little at edges: what
// is allowed is stated here. To renew the baselines after a wanted change, under Mesa's llvmpipe:
//   FOSSILCT_RENEW_BASELINES=1 build/release/tests/render_picture_test
// then look at tests/render/baselines/*.pgm, and say in the commit what has changed.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "render/canvas.h"
#include "render/mesh.h"
#include "render/pictures.h"
#include "solids.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

// Of 255: the mean difference of all pixels, and the share of pixels that may differ by more than
// `far`.
constexpr double most_mean_difference = 1.5;
constexpr int far = 48;
constexpr double most_far_share = 0.01;

constexpr std::int64_t edge = 64;

bool body_at(const Vector3& p) { return egg_with_knob(p, 0); }
bool lumen_at(const Vector3& p) {
  return egg_with_knob(p, 2.5) && std::abs(p.z - 0.2 * p.x - 4) > 1.5;
}

struct Specimen3d {
  BodyCrop crop;
  BodyMesh body;
  BodyMesh wall;
};

Specimen3d make_specimen() {
  Specimen3d made;
  made.crop.grid = cube_grid(60, 3);
  const auto scaled = [](bool (*inside)(const Vector3&)) {
    return [inside](const Vector3& p) { return inside({p.x / 3, p.y / 3, p.z / 3}); };
  };
  made.crop.mask = solid(made.crop.grid, scaled(body_at));
  const auto lumen = solid(made.crop.grid, scaled(lumen_at));
  Volume<std::uint8_t> wall(made.crop.grid.size);
  made.crop.grey = Volume<float>(made.crop.grid.size);
  for (std::int64_t i = 0; i < voxel_count(wall.size()); ++i) {
    wall.data()[i] = made.crop.mask.data()[i] == 1 && lumen.data()[i] == 0 ? 1 : 0;
    made.crop.grey.data()[i] = wall.data()[i] == 1 ? 200.0F : 40.0F;
  }
  const MeshOptions options{.reduce_error_um = 0.7};
  made.body = mesh_body({made.crop.mask.view(), 1, {}, made.crop.grid}, options);
  made.wall = mesh_body({wall.view(), 1, {}, made.crop.grid}, options);
  return made;
}

// One painter for all cases: making one is the slow part.
MeshPainter& painter() {
  static MeshPainter shared(RenderBackend::automatic);
  return shared;
}

const FossilPictures& pictures() {
  static const FossilPictures drawn = [] {
    const Specimen3d made = make_specimen();
    return draw_fossil(painter(), made.body.mesh, &made.wall.mesh, made.crop,
                       {.edge_pixels = edge});
  }();
  return drawn;
}

Picture grey_on_black(const Picture& picture) {
  Picture grey(picture.width, picture.height, 1);
  for (std::int64_t i = 0; i < picture.width * picture.height; ++i) {
    const std::uint8_t* pixel = picture.pixels.data() + i * picture.channels;
    grey.pixels[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(pixel[0] * pixel[picture.channels - 1] / 255);
  }
  return grey;
}

std::string pgm(const Picture& grey) {
  return "P5\n" + std::to_string(grey.width) + " " + std::to_string(grey.height) + "\n255\n" +
         std::string(grey.pixels.begin(), grey.pixels.end());
}

void check_against_baseline(const Picture& picture, const std::string& name) {
  const Picture grey = grey_on_black(picture);
  const std::filesystem::path path = std::filesystem::path(FOSSILCT_BASELINES) / (name + ".pgm");
  if (std::getenv("FOSSILCT_RENEW_BASELINES") != nullptr) {
    write_file(path, pgm(grey));
  }
  const std::string baseline = read_file(path);
  const std::string drawn = pgm(grey);
  REQUIRE_MESSAGE(baseline.size() == drawn.size(), path.string(), " is missing or of another size");
  double sum = 0;
  std::int64_t far_off = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const int difference =
        std::abs(static_cast<unsigned char>(drawn[i]) - static_cast<unsigned char>(baseline[i]));
    sum += difference;
    far_off += difference > far ? 1 : 0;
  }
  const auto count = static_cast<double>(grey.pixels.size());
  CAPTURE(name);
  CHECK(sum / count <= most_mean_difference);
  CHECK(static_cast<double>(far_off) / count <= most_far_share);
}

double mean_of(const Picture& picture, std::int64_t x0, std::int64_t y0, std::int64_t x1,
               std::int64_t y1) {
  double sum = 0;
  double opacity = 0;
  for (std::int64_t y = y0; y < y1; ++y) {
    for (std::int64_t x = x0; x < x1; ++x) {
      sum += picture.at(x, y)[0] * picture.at(x, y)[1];
      opacity += picture.at(x, y)[1];
    }
  }
  return opacity > 0 ? sum / opacity : 0;
}

}  // namespace

TEST_CASE("the views, the cut and the sections are as the baselines") {
  for (const StandardView view : all_standard_views) {
    check_against_baseline(pictures().views[static_cast<std::size_t>(view)],
                           std::string(name_of(view)));
  }
  REQUIRE(pictures().cut);
  check_against_baseline(*pictures().cut, "cut");
  check_against_baseline(pictures().sections[0], "section-front");
}

TEST_CASE("a ball: light from the upper left, round, as large as it is, clear around") {
  const Grid grid = cube_grid(40);
  const auto mask = solid(grid, ball(15));
  const BodyMesh body = mesh_body({mask.view(), 1, {}, grid}, {});
  const ViewFrame frame{{identity_direction, {19.5, 19.5, 19.5}}, 0.5, 80};
  const Picture picture = painter().paint(body.mesh, {&frame, 1}).front();
  CHECK(mean_of(picture, 20, 20, 40, 40) > mean_of(picture, 40, 40, 60, 60) + 40);
  CHECK(mean_of(picture, 20, 40, 40, 60) > mean_of(picture, 40, 40, 60, 60) + 10);
  double opacity = 0;
  for (std::int64_t i = 0; i < 80 * 80; ++i) {
    opacity += picture.pixels[static_cast<std::size_t>(2 * i + 1)] / 255.0;
  }
  CHECK(opacity * 0.25 == doctest::Approx(3.14159 * 225).epsilon(0.02));
  CHECK(picture.at(2, 2)[1] == 0);
}

TEST_CASE("the same pictures again, also after another fossil and another size") {
  const Specimen3d made = make_specimen();
  const ViewFrame other{{identity_direction, {0, 0, 0}}, 5, 33};
  painter().paint(made.wall.mesh, {&other, 1}, true);
  const FossilPictures again =
      draw_fossil(painter(), made.body.mesh, &made.wall.mesh, made.crop, {.edge_pixels = edge});
  for (std::size_t i = 0; i < again.views.size(); ++i) {
    CHECK(again.views[i].pixels == pictures().views[i].pixels);
  }
  CHECK(again.cut->pixels == pictures().cut->pixels);
}

TEST_CASE("a card holds the pictures, its words and the scale bar") {
  const Picture card = card_of(pictures(), {"17  Testa exempli", {"length 150 µm", "width 90 µm"}});
  CHECK(card.width == 5 * edge);
  CHECK(card.channels == 3);
  int ink = 0;
  std::int64_t plate_top = 0;
  for (; card.at(0, plate_top)[0] == 255; ++plate_top) {
    for (std::int64_t x = 0; x < card.width; ++x) {
      ink += card.at(x, plate_top)[0] < 100 ? 1 : 0;
    }
  }
  CHECK(card.height - plate_top > 2 * edge);
  int bar = 0;  // the longest row in its grey under the first picture
  for (std::int64_t y = plate_top; y < card.height - edge; ++y) {
    int row = 0;
    for (std::int64_t x = 0; x < edge; ++x) {
      row += card.at(x, y)[0] == 235 ? 1 : 0;
    }
    bar = std::max(bar, row);
  }
  const ScaleBar expected = scale_bar(pictures().um_per_pixel, 0.4 * edge, true);
  CHECK(ink > 150);
  CHECK(std::abs(bar - expected.pixels) <= 1);
}

TEST_CASE("a card as SVG: of the same size, its pictures in it, no link out") {
  const CardText text = {"17  Testa exempli", {"length 150 µm"}};
  const Picture card = card_of(pictures(), text);
  const std::string svg = card_svg_of(pictures(), text);
  CHECK(svg.find("width=\"320px\" height=\"" + std::to_string(card.height) + "px\"") !=
        std::string::npos);
  CHECK(svg.find("data:image/png;base64,") != std::string::npos);
  CHECK(svg.find("href=\"http") == std::string::npos);
}

TEST_CASE("letters: as wide as said, nothing beyond the picture") {
  PictureCanvas canvas(60, 30);
  canvas.fill(0, 0, 60, 30, {255, 255, 255});
  canvas.write(4, 16, "Hm", {14, {0, 0, 0}});
  const auto width = static_cast<std::int64_t>(std::ceil(canvas.width_of("Hm", {14})));
  canvas.write(50, 30, "beyond", {14, {255, 255, 255}});
  const Picture page = canvas.picture();
  std::int64_t rightmost = 0;
  for (std::int64_t y = 0; y < 30; ++y) {
    for (std::int64_t x = 0; x < 60; ++x) {
      rightmost = page.at(x, y)[0] < 128 ? std::max(rightmost, x) : rightmost;
    }
  }
  CHECK(rightmost > 10);
  CHECK(rightmost <= 4 + width);
}

TEST_CASE("the outline of a section runs where the body ends, on a picture of its own") {
  const Picture& outline = pictures().outlines[0];
  const Picture& view = pictures().views[0];
  std::int64_t drawn = 0;
  std::int64_t far_from_edge = 0;
  for (std::int64_t y = 2; y < edge - 2; ++y) {
    for (std::int64_t x = 2; x < edge - 2; ++x) {
      if (outline.at(x, y)[3] < 128) {
        continue;
      }
      ++drawn;
      CHECK(outline.at(x, y)[1] == PictureOptions{}.outline[1]);
      const bool inside_all_around = view.at(x - 2, y)[1] == 255 && view.at(x + 2, y)[1] == 255 &&
                                     view.at(x, y - 2)[1] == 255 && view.at(x, y + 2)[1] == 255;
      far_from_edge += inside_all_around ? 1 : 0;
    }
  }
  CHECK(drawn > 60);
  CHECK(far_from_edge < drawn / 2);  // the section's outline lies within the view's
}

TEST_CASE("on black: a clear pixel is black, a half clear one half as bright") {
  Picture picture(3, 1, 2);
  picture.pixels = {200, 255, 200, 128, 200, 0};
  CHECK(on_black(picture).pixels == std::vector<std::uint8_t>{200, 100, 0});
}

TEST_CASE("an empty body gives clear pictures") {
  BodyCrop crop;
  crop.grid = cube_grid(8);
  crop.mask = Volume<std::uint8_t>(crop.grid.size);
  const FossilPictures drawn = draw_fossil(painter(), {}, nullptr, crop, {.edge_pixels = 32});
  CHECK(drawn.views[0].at(16, 16)[1] == 0);
  CHECK_FALSE(drawn.cut);
}

TEST_CASE("a display that is not there is said, and what to do") {
  ::unsetenv("DISPLAY");
  const std::string fault = message_of<Error>([] { MeshPainter nowhere(RenderBackend::x11); });
  CHECK(fault.find("DISPLAY is not set") != std::string::npos);
  CHECK(fault.find("libgl1-mesa-dri") != std::string::npos);
  CHECK(render_backend_from_name("egl") == RenderBackend::egl);
  CHECK_FALSE(render_backend_from_name("glx"));
}
