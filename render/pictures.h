// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "render/mesh_painter.h"
#include "render/picture.h"
#include "render/pose.h"
#include "render/triangle_mesh.h"
#include "specimens/body_crop.h"

namespace fossilct {

// How a fossil is drawn.
struct PictureOptions {
  std::int64_t edge_pixels = 256;  // --size: edge of every picture, 32 to 2048
  // --um-per-pixel: the scale; without it each fossil fills its pictures.
  std::optional<double> um_per_pixel = {};
  double margin = 0.06;         // left free on each side, share of the edge, 0 to 0.4
  Colour outline{255, 140, 0};  // of the body in the sections

  // Throws Error{option} that names the option, the value and the range.
  void check() const;
};

// All pictures of one fossil, square and of one scale: what `views` writes and a card is made of.
struct FossilPictures {
  Pose pose;
  double um_per_pixel = 1;
  bool spacing_known = true;
  std::array<Picture, 6> views;  // in the order of all_standard_views; grey with opacity
  std::optional<Picture> cut;    // cut open; grey with opacity
  StandardView cut_from{};       // whence it is seen
  // Across the front, left and top views: the scan, grey with opacity, and the outline of the body
  // to be laid over it, RGB with opacity.
  std::array<Picture, 3> sections;
  std::array<Picture, 3> outlines;
  // The brightest of the scan in the body along the front view, that is along its shortest axis;
  // grey with opacity.
  Picture projection;
};

// Grey with opacity as it looks on black: grey alone.
Picture on_black(const Picture& picture);

// The front view alone, as draw_fossil() draws it. `grid` is the crop's.
struct PosedPicture {
  Picture picture;  // grey with opacity
  double um_per_pixel = 1;
  bool spacing_known = true;
};
PosedPicture draw_front(MeshPainter& painter, const TriangleMesh& body, const Grid& grid,
                        const PictureOptions& options = {});

// `body` is the fossil's outside, closed (mesh.h); `wall`, where it is not null and has triangles,
// its wall with the chambers as inner shells: cut open through the centre across the standard view
// (front, left or top) whose plane meets the longest outline of walls. Both in the scan's space, as
// the crop. An empty body gives clear pictures. Throws as options.check(). Cost: see
// docs/decisions/023-render.md.
FossilPictures draw_fossil(MeshPainter& painter, const TriangleMesh& body, const TriangleMesh* wall,
                           const BodyCrop& crop, const PictureOptions& options = {});

// A bar of 1, 2 or 5 times a power of ten, the longest that is not longer than `most_pixels`.
struct ScaleBar {
  double length_um = 0;
  double pixels = 0;
  std::string label;  // "200 µm", "2 mm", "50 voxels"
};
ScaleBar scale_bar(double um_per_pixel, double most_pixels, bool spacing_known);

// What stands beside the pictures of a card.
struct CardText {
  std::string title;               // "17  Quinqueloculina"
  std::vector<std::string> lines;  // measures; as many as fit are written
};
// The card: title and measures above two rows of five pictures with captions, on black as a plate,
// the scale bar in the first. RGB, 5 edges wide. Everything scales with the pictures' edge: 300 dpi
// and 384 pixels are a card 6.4 inches wide.
Picture card_of(const FossilPictures& pictures, const CardText& text);
// The same as an SVG file: letters and lines stay sharp at any size.
std::string card_svg_of(const FossilPictures& pictures, const CardText& text);

}  // namespace fossilct
