// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "volumes/pixel_type.h"

namespace fossilct {

// Shape of one 2D image: rows top to bottom, pixels left to right, channels interleaved (1 grey,
// 2 grey + alpha, 3 RGB, 4 RGBA), no padding between rows.
struct ImageShape {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int channels = 1;
  PixelType type = PixelType::u8;
  std::size_t bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels) * bytes_of(type);
  }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};
// "1024 x 996 u8", "1024 x 996 u8 with 3 channels".
std::string describe(const ImageShape& shape);
// Throws Error{format} that names the image and both shapes where they differ.
void require_shape(const ImageShape& expected, const ImageShape& found, const std::string& name);

// A sequence of 2D images: the slices of a scan that is stored as images, or photographs. Images
// may differ in shape; whoever stacks them checks. read() may be called from several threads at
// once.
class ImageSource {
 public:
  ImageSource() = default;
  ImageSource(const ImageSource&) = delete;
  ImageSource& operator=(const ImageSource&) = delete;
  virtual ~ImageSource() = default;

  virtual std::int64_t count() const = 0;
  // For messages: the file's name, with the page where a file holds several.
  virtual std::string name(std::int64_t image) const = 0;
  // Reads the header only. Throws Error{file|format}.
  virtual ImageShape shape(std::int64_t image) const = 0;
  // Decodes into `pixels`, shape(image).bytes() long. Throws Error{file|format}, also where the
  // image turns out to be shorter than its header says.
  virtual void read(std::int64_t image, std::span<std::byte> pixels) const = 0;
  // As read(), for whoever knows what the image must be: `pixels` is expected.bytes() long, and
  // nothing is read but an Error{format} as require_shape() where the image has another shape. A
  // source that meets the header on its way to the pixels overrides it, to open a file only once.
  virtual void read_expecting(const ImageShape& expected, std::int64_t image,
                              std::span<std::byte> pixels) const;
};

}  // namespace fossilct
