// SPDX-License-Identifier: Apache-2.0
#include "render/scene_annotation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/text.h"
#include "render/pictures.h"
#include "render/vector_math.h"

namespace fossilct {
namespace {

constexpr Colour ink{40, 40, 40};
constexpr Colour box_colour{150, 150, 150};
constexpr double elevation_degrees = 22;

// Half of what the core takes of the picture, whatever way it is turned.
struct HalfExtent {
  double width_um = 0;
  double height_um = 0;
};
HalfExtent half_extent(const Grid& grid) {
  constexpr double rise = elevation_degrees * std::numbers::pi / 180;
  HalfExtent half;
  for (unsigned corner = 0; corner < 8; ++corner) {
    const Vector3 p = corner_of(grid, corner) - centre_of(grid);
    const double from_axis = std::hypot(p.x, p.y);
    half.width_um = std::max(half.width_um, from_axis);
    half.height_um =
        std::max(half.height_um, std::abs(p.z) * std::cos(rise) + from_axis * std::sin(rise));
  }
  return half;
}

std::string length_text(double um, bool spacing_known) {
  const double shown = !spacing_known || um < 1000 ? um : um / 1000;
  const double rounded = shown >= 100 ? std::round(shown) : std::round(shown * 100) / 100;
  const char* unit = !spacing_known ? " voxels" : um < 1000 ? " µm" : " mm";
  return format_rounded(rounded) + unit;
}

// What is written over the drawing: frame, lengths, key.
class Annotation {
 public:
  Annotation(Canvas& canvas, const Grid& grid, const Look& look, const SceneOptions& options)
      : canvas_(canvas),
        grid_(grid),
        look_(look),
        um_per_pixel_(scene_um_per_pixel(grid, options)),
        width_(static_cast<double>(options.width)),
        height_(static_cast<double>(height_of(options))),
        letters_(std::max(width_ / 62, 9.0)) {}

  // The edges that a visible face has; the others are left out.
  void draw_box() {
    for (unsigned axis = 0; axis < 3; ++axis) {
      for (unsigned corner = 0; corner < 8; ++corner) {
        if ((corner >> axis & 1U) == 0 && is_seen(axis, corner)) {
          const Place from = place_of(corner_of(grid_, corner));
          const Place to = place_of(corner_of(grid_, corner | 1U << axis));
          canvas_.line(from.x, from.y, to.x, to.y, std::max(letters_ / 14, 1.0), box_colour);
        }
      }
      write_length(axis);
    }
  }

  void draw_scale_bar() {
    const ScaleBar bar = scale_bar(um_per_pixel_, width_ / 5, grid_.spacing_known);
    const double thick = std::max(letters_ / 5, 2.0);
    const double bottom = height_ - 1.5 * letters_;
    canvas_.fill(1.5 * letters_, bottom - thick, bar.pixels, thick, ink);
    canvas_.write(1.5 * letters_, bottom - thick - 0.5 * letters_, bar.label, {letters_, ink});
  }

  void write_title(const std::string& title) {
    canvas_.write(1.5 * letters_, 2.6 * letters_, title, {1.4 * letters_, ink, true});
  }

  void write_key_line(std::size_t row, const std::string& text, const Colour& colour) {
    const double y = (4.6 + 1.6 * static_cast<double>(row)) * letters_;
    canvas_.fill(1.5 * letters_, y - 0.8 * letters_, 0.9 * letters_, 0.9 * letters_, colour);
    canvas_.write(2.9 * letters_, y, text, {letters_, ink});
  }

 private:
  struct Place {
    double x, y;
  };
  Place place_of(const Vector3& p_um) const {
    const Vector3 from_centre = p_um - centre_of(grid_);
    return {width_ / 2 + dot(from_centre, look_.right) / um_per_pixel_,
            height_ / 2 - dot(from_centre, look_.up) / um_per_pixel_};
  }
  // Whether the face at the end of `axis` that `corner` lies at is turned to the viewer.
  bool faces_viewer(unsigned axis, unsigned corner) const {
    const unsigned opposite = corner ^ 1U << axis;
    return dot(corner_of(grid_, corner) - corner_of(grid_, opposite), look_.viewer) > 0;
  }
  bool is_seen(unsigned axis, unsigned corner) const {
    return faces_viewer((axis + 1) % 3, corner) || faces_viewer((axis + 2) % 3, corner);
  }

  // Beside the lowest edge along the axis (of z the rightmost) that is part of the outline.
  void write_length(unsigned axis) {
    double best = -1e300;
    Place middle{};
    for (unsigned corner = 0; corner < 8; ++corner) {
      const bool outline =
          faces_viewer((axis + 1) % 3, corner) != faces_viewer((axis + 2) % 3, corner);
      if ((corner >> axis & 1U) != 0 || !outline) {
        continue;
      }
      const Place from = place_of(corner_of(grid_, corner));
      const Place to = place_of(corner_of(grid_, corner | 1U << axis));
      const Place candidate{(from.x + to.x) / 2, (from.y + to.y) / 2};
      const double rank = axis == 2 ? candidate.x : candidate.y;
      if (rank > best) {
        best = rank;
        middle = candidate;
      }
    }
    constexpr std::array<const char*, 3> names = {"x  ", "y  ", "z  "};
    const double um = length(corner_of(grid_, 1U << axis) - corner_of(grid_, 0));
    const bool left = middle.x < width_ / 2;
    canvas_.write(middle.x + (left ? -0.8 : 0.8) * letters_,
                  middle.y + (axis == 2 ? 0 : 1.3 * letters_),
                  names[axis] + length_text(um, grid_.spacing_known),
                  {letters_, ink, false, left ? Align::right : Align::left});
  }

  Canvas& canvas_;
  const Grid& grid_;
  const Look& look_;
  double um_per_pixel_;
  double width_;
  double height_;
  double letters_;
};

}  // namespace

Vector3 corner_of(const Grid& grid, unsigned i) {
  const auto end = [](std::int64_t count, bool far) {
    return far ? static_cast<double>(count) - 0.5 : -0.5;
  };
  return grid.physical_from_index({end(grid.size.x, (i & 1U) != 0), end(grid.size.y, (i & 2U) != 0),
                                   end(grid.size.z, (i & 4U) != 0)});
}

Vector3 centre_of(const Grid& grid) { return 0.5 * (corner_of(grid, 0) + corner_of(grid, 7)); }

std::int64_t height_of(const SceneOptions& options) { return options.width * 4 / 5; }

Look look_at(double turn_degrees) {
  // From the front (-y), a little to the right, so that three faces are seen.
  constexpr double first_degrees = -62;
  const double turn = (first_degrees - turn_degrees) * std::numbers::pi / 180;
  const double rise = elevation_degrees * std::numbers::pi / 180;
  Look look;
  look.viewer = {std::cos(turn) * std::cos(rise), std::sin(turn) * std::cos(rise), std::sin(rise)};
  look.right = {-std::sin(turn), std::cos(turn), 0};
  look.up = cross(look.viewer, look.right);
  return look;
}

double scene_um_per_pixel(const Grid& grid, const SceneOptions& options) {
  constexpr double filled_width = 0.66;  // the rest is for lengths and key
  constexpr double filled_height = 0.84;
  const HalfExtent half = half_extent(grid);
  return 2 * std::max(half.width_um / (filled_width * static_cast<double>(options.width)),
                      half.height_um / (filled_height * static_cast<double>(height_of(options))));
}

void annotate(Canvas& canvas, const SceneAnnotation& of) {
  Annotation annotation(canvas, of.grid, of.look, of.options);
  annotation.draw_box();
  annotation.draw_scale_bar();
  annotation.write_title(of.title);
  for (std::size_t row = 0; row < of.key.size(); ++row) {
    annotation.write_key_line(row, of.key[row].text, of.key[row].colour);
  }
}

}  // namespace fossilct
