// SPDX-License-Identifier: Apache-2.0
#include "render/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "base/error.h"

namespace fossilct {

struct Canvas::Handles {
  explicit Handles(cairo_surface_t* of) : surface(of), context(cairo_create(of)) {}
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    cairo_destroy(context);
    cairo_surface_destroy(surface);
  }
  // cairo keeps the first failure until it is asked.
  void check() const {
    for (const cairo_status_t status : {cairo_status(context), cairo_surface_status(surface)}) {
      if (status != CAIRO_STATUS_SUCCESS) {
        throw Error(ErrorKind::device,
                    std::string("cairo can't draw: ") + cairo_status_to_string(status));
      }
    }
  }

  cairo_surface_t* surface;
  cairo_t* context;
};

namespace {

void set_colour(cairo_t* context, const Colour& colour) {
  cairo_set_source_rgb(context, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

void set_font(cairo_t* context, const Lettering& lettering) {
  cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         lettering.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, lettering.height);
}

// Letters are as wide in pixels as in print.
void set_smooth_letters(cairo_t* context) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(context, options);
  cairo_font_options_destroy(options);
}

// cairo's pixels: 0xAARRGGBB, colours multiplied by the opacity.
std::uint32_t argb_of(const std::uint8_t* pixel, int channels) {
  const std::uint32_t opacity = channels % 2 == 0 ? pixel[channels - 1] : 255;
  const auto times = [&](int channel) {
    return (pixel[channels <= 2 ? 0 : channel] * opacity + 127) / 255;
  };
  return opacity << 24U | times(0) << 16U | times(1) << 8U | times(2);
}

cairo_surface_t* surface_of(const Picture& picture) {
  cairo_surface_t* surface = cairo_image_surface_create(
      CAIRO_FORMAT_ARGB32, static_cast<int>(picture.width), static_cast<int>(picture.height));
  unsigned char* data = cairo_image_surface_get_data(surface);
  if (data == nullptr) {
    return surface;  // what failed is told when it is drawn
  }
  const int stride = cairo_image_surface_get_stride(surface);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(data + y * stride);
    for (std::int64_t x = 0; x < picture.width; ++x) {
      row[x] = argb_of(picture.at(x, y), picture.channels);
    }
  }
  cairo_surface_mark_dirty(surface);
  return surface;
}

double start_of(const cairo_text_extents_t& extents, double x, Align align) {
  switch (align) {
    case Align::left:
      return x;
    case Align::centre:
      return x - extents.x_advance / 2;
    case Align::right:
      return x - extents.x_advance;
  }
  return x;
}

// Where a PDF's bytes go. An exception must not run through cairo, which is C.
struct Receiver {
  ByteWriter write;
  std::exception_ptr failure;
};

cairo_status_t receive(void* closure, const unsigned char* data, unsigned int length) {
  auto* receiver = static_cast<Receiver*>(closure);
  try {
    receiver->write(std::as_bytes(std::span(data, length)));
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {
    receiver->failure = std::current_exception();
    return CAIRO_STATUS_WRITE_ERROR;
  }
}

const cairo_user_data_key_t receiver_key{};

// `create` is one of cairo's functions for streams.
template <typename F>
cairo_surface_t* stream_surface(F&& create, double width, double height, ByteWriter write) {
  auto receiver = std::make_unique<Receiver>(Receiver{std::move(write), nullptr});
  cairo_surface_t* surface = create(receive, receiver.get(), width, height);
  // The surface owns it: cairo may write as late as when it is destroyed.
  if (cairo_surface_set_user_data(surface, &receiver_key, receiver.get(), [](void* data) {
        delete static_cast<Receiver*>(data);
      }) == CAIRO_STATUS_SUCCESS) {
    receiver.release();
  }
  return surface;
}

void rethrow_failure(cairo_surface_t* surface) {
  const auto* receiver =
      static_cast<const Receiver*>(cairo_surface_get_user_data(surface, &receiver_key));
  if (receiver != nullptr && receiver->failure) {
    std::rethrow_exception(receiver->failure);
  }
}

}  // namespace

Canvas::Canvas(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {
  handles_->check();
  set_smooth_letters(handles_->context);
}
Canvas::~Canvas() = default;

void Canvas::fill(double x, double y, double width, double height, const Colour& colour) {
  set_colour(handles_->context, colour);
  cairo_rectangle(handles_->context, x, y, width, height);
  cairo_fill(handles_->context);
}

void Canvas::line(double x0, double y0, double x1, double y1, double width, const Colour& colour) {
  set_colour(handles_->context, colour);
  cairo_set_line_width(handles_->context, width);
  cairo_set_line_cap(handles_->context, CAIRO_LINE_CAP_ROUND);
  cairo_move_to(handles_->context, x0, y0);
  cairo_line_to(handles_->context, x1, y1);
  cairo_stroke(handles_->context);
}

void Canvas::place(const Picture& picture, double x, double y, double width, double height) {
  cairo_t* context = handles_->context;
  cairo_surface_t* image = surface_of(picture);
  cairo_save(context);
  cairo_translate(context, x, y);
  cairo_scale(context, width / static_cast<double>(picture.width),
              height / static_cast<double>(picture.height));
  cairo_set_source_surface(context, image, 0, 0);
  cairo_paint(context);
  cairo_restore(context);
  cairo_surface_destroy(image);
}

void Canvas::write(double x, double baseline, const std::string& text, const Lettering& lettering) {
  cairo_t* context = handles_->context;
  set_font(context, lettering);
  set_colour(context, lettering.colour);
  cairo_text_extents_t extents{};
  cairo_text_extents(context, text.c_str(), &extents);
  cairo_move_to(context, start_of(extents, x, lettering.align), baseline);
  cairo_show_text(context, text.c_str());
  handles_->check();
}

double Canvas::width_of(const std::string& text, const Lettering& lettering) {
  set_font(handles_->context, lettering);
  cairo_text_extents_t extents{};
  cairo_text_extents(handles_->context, text.c_str(), &extents);
  return extents.x_advance;
}

PictureCanvas::PictureCanvas(std::int64_t width, std::int64_t height)
    : Canvas(std::make_unique<Handles>(cairo_image_surface_create(
          CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)))) {}

Picture PictureCanvas::picture() const {
  handles_->check();
  cairo_surface_flush(handles_->surface);
  Picture picture(cairo_image_surface_get_width(handles_->surface),
                  cairo_image_surface_get_height(handles_->surface), 3);
  const unsigned char* data = cairo_image_surface_get_data(handles_->surface);
  const int stride = cairo_image_surface_get_stride(handles_->surface);
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(data + y * stride);
    for (std::int64_t x = 0; x < picture.width; ++x) {
      std::uint8_t* pixel = picture.at(x, y);
      pixel[0] = static_cast<std::uint8_t>(row[x] >> 16U);
      pixel[1] = static_cast<std::uint8_t>(row[x] >> 8U);
      pixel[2] = static_cast<std::uint8_t>(row[x]);
    }
  }
  return picture;
}

SvgCanvas::SvgCanvas(std::int64_t width, std::int64_t height, ByteWriter write)
    : Canvas(std::make_unique<Handles>(
          stream_surface(cairo_svg_surface_create_for_stream, static_cast<double>(width),
                         static_cast<double>(height), std::move(write)))) {
  cairo_svg_surface_set_document_unit(handles_->surface, CAIRO_SVG_UNIT_PX);
}

void SvgCanvas::finish() {
  cairo_surface_finish(handles_->surface);
  rethrow_failure(handles_->surface);
  handles_->check();
}

PdfCanvas::PdfCanvas(double width, double height, const std::string& title, ByteWriter write)
    : Canvas(std::make_unique<Handles>(
          stream_surface(cairo_pdf_surface_create_for_stream, width, height, std::move(write)))) {
  cairo_pdf_surface_set_metadata(handles_->surface, CAIRO_PDF_METADATA_TITLE, title.c_str());
  cairo_pdf_surface_set_metadata(handles_->surface, CAIRO_PDF_METADATA_CREATOR, "fossilct");
}

void PdfCanvas::next_page() {
  cairo_show_page(handles_->context);
  rethrow_failure(handles_->surface);
  handles_->check();
}

void PdfCanvas::finish() {
  cairo_show_page(handles_->context);
  cairo_surface_finish(handles_->surface);
  rethrow_failure(handles_->surface);
  handles_->check();
}

}  // namespace fossilct
