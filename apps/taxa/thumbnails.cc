// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/thumbnails.h"

#include <cstdint>
#include <span>

#include "io/png_encoder.h"
#include "report/images.h"

namespace fossilct {

namespace {

// Mean over factor x factor pixels of a channel; what is left over at the edges is cut off.
std::uint8_t mean_of(const std::uint8_t* plane, int size, int factor, int row, int column) {
  int sum = 0;
  for (int y = row * factor; y < (row + 1) * factor; ++y) {
    for (int x = column * factor; x < (column + 1) * factor; ++x) {
      sum += plane[static_cast<std::ptrdiff_t>(y) * size + x];
    }
  }
  return static_cast<std::uint8_t>((sum + factor * factor / 2) / (factor * factor));
}

}  // namespace

std::string thumbnail_uri(const ImageSet& set, const SpecimenImage& image, int most_pixels) {
  const int factor = (set.size + most_pixels - 1) / most_pixels;
  const int edge = set.size / factor;
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < edge; ++row) {
    for (int column = 0; column < edge; ++column) {
      for (int channel = 0; channel < set.channels; ++channel) {
        const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(set.size) * set.size * channel;
        pixels.push_back(mean_of(image.pixels.data() + plane, set.size, factor, row, column));
      }
    }
  }
  const ImageShape shape = {.width = edge, .height = edge, .channels = set.channels};
  return data_uri("image/png", encode_png(shape, std::as_bytes(std::span(pixels))));
}

std::vector<std::string> thumbnail_uris(const ImageSet& set, int most_pixels) {
  std::vector<std::string> uris(set.specimens.size());
  for (const SpecimenImage& image : set.images) {
    if (uris[image.specimen].empty()) {
      uris[image.specimen] = thumbnail_uri(set, image, most_pixels);
    }
  }
  return uris;
}

}  // namespace fossilct
