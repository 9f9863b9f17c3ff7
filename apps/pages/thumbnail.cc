// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/thumbnail.h"

#include <algorithm>

#include "base/error.h"
#include "io/image_files.h"
#include "io/png_encoder.h"

namespace fossilct {

namespace {

struct Pixels {
  ImageShape shape;
  std::vector<std::byte> bytes;

  int at(std::int64_t x, std::int64_t y, std::int64_t channel) const {
    return std::to_integer<int>(
        bytes[static_cast<std::size_t>((y * shape.width + x) * shape.channels + channel)]);
  }
};

Pixels read(const std::filesystem::path& path) {
  const auto source = open_image_files({path}, ImageFormat::png);
  Pixels image = {source->shape(0), {}};
  if (image.shape.type != PixelType::u8) {
    throw format_error(path, "its pixels are not of 8 bits");
  }
  image.bytes.resize(image.shape.bytes());
  source->read(0, image.bytes);
  return image;
}

std::byte mean_of(const Pixels& image, std::int64_t x_begin, std::int64_t y_begin,
                  std::int64_t factor, std::int64_t channel) {
  const std::int64_t x_end = std::min(x_begin + factor, image.shape.width);
  const std::int64_t y_end = std::min(y_begin + factor, image.shape.height);
  std::int64_t sum = 0;
  for (std::int64_t y = y_begin; y < y_end; ++y) {
    for (std::int64_t x = x_begin; x < x_end; ++x) {
      sum += image.at(x, y, channel);
    }
  }
  const std::int64_t count = (x_end - x_begin) * (y_end - y_begin);
  return static_cast<std::byte>((sum + count / 2) / count);
}

}  // namespace

std::vector<std::byte> thumbnail_of(const std::filesystem::path& path, std::int64_t most_pixels) {
  const Pixels image = read(path);
  const ImageShape& shape = image.shape;
  const std::int64_t factor = (std::max(shape.width, shape.height) + most_pixels - 1) / most_pixels;
  const ImageShape small = {(shape.width + factor - 1) / factor,
                            (shape.height + factor - 1) / factor, shape.channels, PixelType::u8};
  std::vector<std::byte> pixels;
  pixels.reserve(small.bytes());
  for (std::int64_t y = 0; y < small.height; ++y) {
    for (std::int64_t x = 0; x < small.width; ++x) {
      for (std::int64_t channel = 0; channel < small.channels; ++channel) {
        pixels.push_back(mean_of(image, x * factor, y * factor, factor, channel));
      }
    }
  }
  return encode_png(small, pixels);
}

}  // namespace fossilct
