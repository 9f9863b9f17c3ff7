// SPDX-License-Identifier: Apache-2.0
#include "volumes/image_source.h"

#include "base/error.h"

namespace fossilct {

std::string describe(const ImageShape& shape) {
  std::string text = std::to_string(shape.width) + " x " + std::to_string(shape.height) + " " +
                     std::string(name_of(shape.type));
  if (shape.channels != 1) {
    text += " with " + std::to_string(shape.channels) + " channels";
  }
  return text;
}

void require_shape(const ImageShape& expected, const ImageShape& found, const std::string& name) {
  if (!(found == expected)) {
    throw format_error(name, "this image is " + describe(found) + ", the first of the stack is " +
                                 describe(expected) +
                                 "; all images of a stack must have one size and type");
  }
}

void ImageSource::read_expecting(const ImageShape& expected, std::int64_t image,
                                 std::span<std::byte> pixels) const {
  require_shape(expected, shape(image), name(image));
  read(image, pixels);
}

}  // namespace fossilct
