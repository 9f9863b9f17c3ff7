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
};

}  // namespace fossilct
