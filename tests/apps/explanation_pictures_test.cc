// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/explanation_pictures.h"

#include <doctest/doctest.h>

#include <fstream>

#include "example_taxa.h"
#include "io/image_files.h"
#include "support.h"

namespace fossilct {

namespace {

struct Decoded {
  ImageShape shape;
  std::vector<std::uint8_t> bytes;

  int at(int x, int y, int channel) const {
    return bytes[static_cast<std::size_t>((y * shape.width + x) * 3 + channel)];
  }
};

Decoded decoded(const std::vector<std::byte>& png) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.png", std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  const auto source = open_image_files({folder / "a.png"}, ImageFormat::png);
  Decoded image = {source->shape(0), {}};
  image.bytes.resize(image.shape.bytes());
  source->read(0, std::as_writable_bytes(std::span(image.bytes)));
  return image;
}

}  // namespace

TEST_CASE("reasons: four squares, heat where the model looked, grey where nothing matters") {
  const ImageSet set = test::example_images(1, 1);
  const std::size_t pixels = 64 * 64;
  PictureReasons reasons = {std::vector<float>(pixels, 0), std::vector<float>(pixels, 0),
                            std::vector<float>(pixels, 0)};
  reasons.grad_cam[5] = 1;
  reasons.guided[6] = 2;
  reasons.guided_grad_cam[7] = -3;
  const Decoded image = decoded(reasons_png(set, set.images[0], reasons, 100));
  // Enlarged twice to 128.
  CHECK(image.shape.width == 4 * 128 + 3 * 4);
  CHECK(image.shape.height == 128);
  CHECK(image.at(3, 0, 0) == set.images[0].pixels[1]);
  CHECK(image.at(128, 50, 1) == 255);
  CHECK(image.at(132 + 10, 0, 0) > image.at(132 + 10, 0, 2) + 40);
  CHECK(image.at(132 + 12, 0, 2) > image.at(132 + 12, 0, 0));
  CHECK(image.at(2 * 132 + 12, 0, 0) == 255);
  CHECK(image.at(2 * 132 + 14, 0, 0) == 128);
  CHECK(image.at(3 * 132 + 14, 0, 0) == 0);
}

TEST_CASE("layers: a square of maps, those that vary most") {
  LayerMaps maps = {.channels = 6, .rows = 2, .columns = 3, .values = std::vector<float>(36, 4)};
  maps.values[0] = 5;       // channel 0
  maps.values[2 * 6] = 9;   // channel 2
  maps.values[5 * 6] = -1;  // channel 5
  const Decoded all = decoded(layer_png(maps));
  CHECK(all.shape.width == 3 * 48 + 2 * 4);
  CHECK(all.shape.height == 2 * 32 + 4);
  const Decoded few = decoded(layer_png(maps, 2));
  CHECK(few.shape.width == 2 * 48 + 4);
  CHECK(few.shape.height == 32);
  CHECK(few.at(0, 0, 0) == 255);
  CHECK(few.at(20, 0, 0) == 0);
  CHECK(few.at(52, 0, 0) == 0);
  CHECK(few.at(52 + 20, 0, 0) == 255);
}

}  // namespace fossilct
