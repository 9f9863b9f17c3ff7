// SPDX-License-Identifier: Apache-2.0
#include "render/pictures.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "render/cut.h"
#include "render/section.h"

namespace fossilct {
namespace {

// The planes of the sections, and where a fossil may be cut open.
constexpr std::array plane_views{StandardView::front, StandardView::left, StandardView::top};

StandardView view_of_most_walls(const TriangleMesh& wall, const Pose& pose) {
  std::array<double, plane_views.size()> outlines{};
  std::transform(plane_views.begin(), plane_views.end(), outlines.begin(),
                 [&](StandardView view) { return outline_length_um(wall, turned(pose, view)); });
  return plane_views[static_cast<std::size_t>(std::max_element(outlines.begin(), outlines.end()) -
                                              outlines.begin())];
}

std::vector<ViewFrame> standard_frames(const FossilPictures& pictures, std::int64_t edge_pixels) {
  std::vector<ViewFrame> frames;
  for (const StandardView view : all_standard_views) {
    frames.push_back({turned(pictures.pose, view), pictures.um_per_pixel, edge_pixels});
  }
  return frames;
}

double um_per_pixel_for(const TriangleMesh& body, const Pose& pose, const Grid& grid,
                        const PictureOptions& options) {
  if (options.um_per_pixel) {
    return *options.um_per_pixel;
  }
  const double least_um = std::min({grid.spacing_um.x, grid.spacing_um.y, grid.spacing_um.z});
  const double half_um = std::max(half_extent_um(body, pose), least_um);
  return 2 * half_um / (1 - 2 * options.margin) / static_cast<double>(options.edge_pixels);
}

std::string length_label(double length_um, bool spacing_known) {
  if (!spacing_known) {
    return format_number(length_um) + (length_um == 1 ? " voxel" : " voxels");
  }
  return length_um < 1000 ? format_number(length_um) + " µm"
                          : format_number(length_um / 1000) + " mm";
}

}  // namespace

void PictureOptions::check() const {
  if (edge_pixels < 32 || edge_pixels > 2048) {
    throw option_error("--size", format_count(edge_pixels) + " is out of range: 32 to 2048 pixels");
  }
  if (um_per_pixel && !(*um_per_pixel > 0 && std::isfinite(*um_per_pixel))) {
    throw option_error("--um-per-pixel",
                       format_number(*um_per_pixel) + " is out of range: above 0");
  }
  if (!(margin >= 0 && margin <= 0.4)) {
    throw option_error("--margin", format_number(margin) + " is out of range: 0 to 0.4");
  }
}

FossilPictures draw_fossil(MeshPainter& painter, const TriangleMesh& body, const TriangleMesh* wall,
                           const BodyCrop& crop, const PictureOptions& options) {
  options.check();
  FossilPictures pictures;
  pictures.pose = pose_of(body);
  pictures.um_per_pixel = um_per_pixel_for(body, pictures.pose, crop.grid, options);
  pictures.spacing_known = crop.grid.spacing_known;
  const std::vector<ViewFrame> frames = standard_frames(pictures, options.edge_pixels);
  std::ranges::move(painter.paint(body, frames), pictures.views.begin());
  if (wall != nullptr && !wall->triangles.empty()) {
    pictures.cut_from = view_of_most_walls(*wall, pictures.pose);
    const ViewFrame frame{turned(pictures.pose, pictures.cut_from), pictures.um_per_pixel,
                          options.edge_pixels};
    pictures.cut = std::move(painter.paint(*wall, {&frame, 1}, true).front());
  }
  const GreyWindow window = grey_window_of(crop);
  for (std::size_t i = 0; i < plane_views.size(); ++i) {
    const ViewFrame frame{turned(pictures.pose, plane_views[i]), pictures.um_per_pixel,
                          options.edge_pixels};
    Section section = section_of(crop, frame, window, options.outline);
    pictures.sections[i] = std::move(section.grey);
    pictures.outlines[i] = std::move(section.outline);
  }
  pictures.projection =
      projection_of(crop, {pictures.pose, pictures.um_per_pixel, options.edge_pixels}, window);
  return pictures;
}

Picture on_black(const Picture& picture) {
  assert(picture.channels == 2);
  Picture grey(picture.width, picture.height, 1);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    grey.pixels[i] =
        static_cast<std::uint8_t>((picture.pixels[2 * i] * picture.pixels[2 * i + 1] + 127) / 255);
  }
  return grey;
}

PosedPicture draw_front(MeshPainter& painter, const TriangleMesh& body, const Grid& grid,
                        const PictureOptions& options) {
  options.check();
  const Pose pose = pose_of(body);
  const double um_per_pixel = um_per_pixel_for(body, pose, grid, options);
  const ViewFrame frame{pose, um_per_pixel, options.edge_pixels};
  return {std::move(painter.paint(body, {&frame, 1}).front()), um_per_pixel, grid.spacing_known};
}

ScaleBar scale_bar(double um_per_pixel, double most_pixels, bool spacing_known) {
  const double most_um = um_per_pixel * most_pixels;
  const double decade = std::pow(10, std::floor(std::log10(most_um)));
  double length_um = decade;
  for (const double step : {2.0, 5.0}) {
    length_um = step * decade <= most_um ? step * decade : length_um;
  }
  return {length_um, length_um / um_per_pixel, length_label(length_um, spacing_known)};
}

}  // namespace fossilct
