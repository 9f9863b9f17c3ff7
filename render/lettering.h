// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/picture.h"

namespace fossilct {

// Drawing on RGB pictures (assert). What lies beyond the picture is left out. Private to `render`.

// `text` (UTF-8) in sans serif, its capitals' tops at about `y`. Throws Error{device} where the
// library that draws letters fails.
struct Lettering {
  int height_pixels = 16;  // of the font
  Colour colour{0, 0, 0};
  bool bold = false;
};
void write_text(Picture& picture, std::int64_t x, std::int64_t y, const std::string& text,
                const Lettering& lettering);
// Its width in pixels.
std::int64_t text_width(const std::string& text, const Lettering& lettering);

void fill(Picture& picture, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
          const Colour& colour);

// `top`, of any number of channels, with its left upper corner at (x, y).
void lay_over(Picture& picture, std::int64_t x, std::int64_t y, const Picture& top);

}  // namespace fossilct
