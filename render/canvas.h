// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "render/picture.h"

namespace fossilct {

enum class Align : std::uint8_t { left, centre, right };

// How a line of text is written: sans serif, in the page's units.
struct Lettering {
  double height = 16;  // of the font
  Colour colour{0, 0, 0};
  bool bold = false;
  Align align = Align::left;  // which end of the text the given place is
};

// A page to draw on, pixels and print alike: x to the right, y downwards, from the upper left
// corner. What lies beyond the page is left out. Throws Error{device} where the library that draws
// fails. Private to `render`; to be used by one thread.
class Canvas {
 public:
  virtual ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void fill(double x, double y, double width, double height, const Colour& colour);
  void line(double x0, double y0, double x1, double y1, double width, const Colour& colour);
  // `picture`, of any number of channels, scaled to width x height.
  void place(const Picture& picture, double x, double y, double width, double height);
  // UTF-8, one line, standing on `baseline`.
  void write(double x, double baseline, const std::string& text, const Lettering& lettering);
  double width_of(const std::string& text, const Lettering& lettering);

 protected:
  struct Handles;
  explicit Canvas(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

// A page of pixels, which begins black.
class PictureCanvas : public Canvas {
 public:
  PictureCanvas(std::int64_t width, std::int64_t height);
  Picture picture() const;  // RGB
};

using ByteWriter = std::function<void(std::span<const std::byte>)>;

// An SVG in pixels: letters are outlines, so that they look the same everywhere; pictures are in
// it.
class SvgCanvas : public Canvas {
 public:
  // Bytes of the file go to `write` in finish(), out of which comes what it throws.
  SvgCanvas(std::int64_t width, std::int64_t height, ByteWriter write);
  void finish();
};

// A PDF: vector text, pictures at the resolution they have. Units are points (1/72 inch).
class PdfCanvas : public Canvas {
 public:
  // Bytes of the file go to `write` as pages are finished; what it throws comes out of next_page()
  // and finish().
  PdfCanvas(double width, double height, const std::string& title, ByteWriter write);
  void next_page();
  void finish();  // the last page too
};

}  // namespace fossilct
