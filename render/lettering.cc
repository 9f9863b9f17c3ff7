// SPDX-License-Identifier: Apache-2.0
#include "render/lettering.h"

#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkStdString.h>
#include <vtkTextProperty.h>
#include <vtkTextRenderer.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "base/error.h"

namespace fossilct {
namespace {

// Pixels a point of the font's size stands for: at 72 dpi, one.
constexpr int dots_per_inch = 72;

struct DrawnText {
  vtkNew<vtkImageData> image;
  std::array<int, 2> size{};
};

DrawnText draw(const std::string& text, const Lettering& lettering) {
  vtkNew<vtkTextProperty> property;
  property->SetFontFamilyToArial();
  property->SetFontSize(lettering.height_pixels);
  property->SetBold(lettering.bold ? 1 : 0);
  property->SetColor(lettering.colour[0] / 255.0, lettering.colour[1] / 255.0,
                     lettering.colour[2] / 255.0);
  DrawnText drawn;
  vtkTextRenderer* renderer = vtkTextRenderer::GetInstance();
  if (renderer == nullptr ||
      !renderer->RenderString(property, vtkStdString(text), drawn.image, drawn.size.data(),
                              dots_per_inch, vtkTextRenderer::FreeType)) {
    throw Error(ErrorKind::device, "VTK's FreeType can't draw the text '" + text + "'");
  }
  return drawn;
}

void blend(std::uint8_t* below, const std::array<std::uint8_t, 3>& colour, int opacity) {
  for (std::size_t c = 0; c < 3; ++c) {
    below[c] =
        static_cast<std::uint8_t>((colour[c] * opacity + below[c] * (255 - opacity) + 127) / 255);
  }
}

bool holds(const Picture& picture, std::int64_t x, std::int64_t y) {
  return x >= 0 && y >= 0 && x < picture.width && y < picture.height;
}

struct Paint {
  Colour colour;
  int opacity;
};
Paint paint_of(const std::uint8_t* pixel, int channels) {
  const bool grey = channels <= 2;
  return {{pixel[0], grey ? pixel[0] : pixel[1], grey ? pixel[0] : pixel[2]},
          channels % 2 == 0 ? pixel[channels - 1] : 255};
}

}  // namespace

void write_text(Picture& picture, std::int64_t x, std::int64_t y, const std::string& text,
                const Lettering& lettering) {
  assert(picture.channels == 3);
  if (text.empty()) {
    return;
  }
  const DrawnText drawn = draw(text, lettering);
  std::array<int, 6> extent{};
  drawn.image->GetExtent(extent.data());
  // VTK counts rows upwards, and its image may be larger than the text.
  for (int row = 0; row < drawn.size[1]; ++row) {
    for (int column = 0; column < drawn.size[0]; ++column) {
      const auto* pixel = static_cast<const std::uint8_t*>(drawn.image->GetScalarPointer(
          extent[0] + column, extent[2] + drawn.size[1] - 1 - row, 0));
      if (pixel != nullptr && holds(picture, x + column, y + row)) {
        blend(picture.at(x + column, y + row), lettering.colour, pixel[3]);
      }
    }
  }
}

std::int64_t text_width(const std::string& text, const Lettering& lettering) {
  return text.empty() ? 0 : draw(text, lettering).size[0];
}

void fill(Picture& picture, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height,
          const Colour& colour) {
  assert(picture.channels == 3);
  for (std::int64_t row = std::max<std::int64_t>(y, 0); row < std::min(y + height, picture.height);
       ++row) {
    for (std::int64_t column = std::max<std::int64_t>(x, 0);
         column < std::min(x + width, picture.width); ++column) {
      std::copy(colour.begin(), colour.end(), picture.at(column, row));
    }
  }
}

void lay_over(Picture& picture, std::int64_t x, std::int64_t y, const Picture& top) {
  assert(picture.channels == 3);
  for (std::int64_t row = 0; row < top.height; ++row) {
    for (std::int64_t column = 0; column < top.width; ++column) {
      if (holds(picture, x + column, y + row)) {
        const Paint paint = paint_of(top.at(column, row), top.channels);
        blend(picture.at(x + column, y + row), paint.colour, paint.opacity);
      }
    }
  }
}

}  // namespace fossilct
