// SPDX-License-Identifier: Apache-2.0
#include "render/svg_picture.h"

#include <cairo.h>
#include <librsvg/rsvg.h>

#include <cmath>
#include <memory>
#include <string>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr double units_per_inch = 96;
constexpr double most_pixels = 16384;

template <typename T, void (*release)(T*)>
struct Release {
  void operator()(T* handle) const { release(handle); }
};
using Surface = std::unique_ptr<cairo_surface_t, Release<cairo_surface_t, cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Release<cairo_t, cairo_destroy>>;
struct Unreference {
  void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
};
using Drawing = std::unique_ptr<RsvgHandle, Unreference>;

// Takes the library's account of a failure; one must be there.
std::string taken(GError* error) {
  const std::string text = error->message;
  g_error_free(error);
  return text;
}

Drawing parsed(std::string_view svg) {
  GError* error = nullptr;
  Drawing drawing(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
  if (!drawing) {
    throw Error(ErrorKind::format, "the SVG can't be read: " + taken(error));
  }
  return drawing;
}

RsvgRectangle view_box_of(const Drawing& drawing) {
  gboolean has_width = 0, has_height = 0, has_box = 0;
  RsvgLength width, height;
  RsvgRectangle box;
  rsvg_handle_get_intrinsic_dimensions(drawing.get(), &has_width, &width, &has_height, &height,
                                       &has_box, &box);
  if (has_box == 0) {
    throw Error(ErrorKind::format, "the SVG has no viewBox");
  }
  return box;
}

int pixels_of(double units, double dpi) {
  const double pixels = std::round(units * dpi / units_per_inch);
  if (!(pixels >= 1 && pixels <= most_pixels)) {
    throw Error(ErrorKind::option, "an SVG of " + std::to_string(std::llround(units)) +
                                       " units can't be drawn at that many pixels an inch");
  }
  return static_cast<int>(pixels);
}

void require_drawn(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(ErrorKind::device,
                std::string("cairo can't draw: ") + cairo_status_to_string(status));
  }
}

void draw(const Drawing& drawing, int width, int height, cairo_surface_t* surface) {
  const Context context(cairo_create(surface));
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  const RsvgRectangle page = {0, 0, static_cast<double>(width), static_cast<double>(height)};
  GError* error = nullptr;
  if (rsvg_handle_render_document(drawing.get(), context.get(), &page, &error) == 0) {
    throw Error(ErrorKind::device, "the SVG can't be drawn: " + taken(error));
  }
  require_drawn(cairo_status(context.get()));
}

// Of an opaque surface.
Picture picture_of(cairo_surface_t* surface, int width, int height) {
  cairo_surface_flush(surface);
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  Picture picture(width, height, 3);
  for (std::int64_t y = 0; y < height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(data + y * stride);
    for (std::int64_t x = 0; x < width; ++x) {
      std::uint8_t* pixel = picture.at(x, y);
      pixel[0] = static_cast<std::uint8_t>(row[x] >> 16U & 0xffU);
      pixel[1] = static_cast<std::uint8_t>(row[x] >> 8U & 0xffU);
      pixel[2] = static_cast<std::uint8_t>(row[x] & 0xffU);
    }
  }
  return picture;
}

}  // namespace

Picture svg_picture(std::string_view svg, double dpi) {
  const Drawing drawing = parsed(svg);
  const RsvgRectangle box = view_box_of(drawing);
  const int width = pixels_of(box.width, dpi), height = pixels_of(box.height, dpi);
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  require_drawn(cairo_surface_status(surface.get()));
  draw(drawing, width, height, surface.get());
  return picture_of(surface.get(), width, height);
}

}  // namespace fossilct
