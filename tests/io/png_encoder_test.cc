// SPDX-License-Identifier: Apache-2.0
#include "io/png_encoder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "io/image_files.h"
#include "support.h"

namespace fossilct {
namespace {

std::vector<std::byte> pattern(const ImageShape& shape) {
  std::vector<std::byte> pixels(shape.bytes());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::byte>(i * 37 + i / 11);
  }
  return pixels;
}

std::vector<std::byte> read_back(const std::vector<std::byte>& file, const ImageShape& shape) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "a.png";
  test::write_file(path, std::string(reinterpret_cast<const char*>(file.data()), file.size()));
  const auto images = open_image_files({path}, ImageFormat::png);
  CHECK(images->shape(0) == shape);
  std::vector<std::byte> pixels(shape.bytes());
  images->read(0, pixels);
  return pixels;
}

TEST_CASE("what is packed as PNG reads back as it was") {
  for (const int channels : {1, 3, 4}) {
    const ImageShape shape = {.width = 31, .height = 17, .channels = channels};
    const std::vector<std::byte> pixels = pattern(shape);
    CHECK(read_back(encode_png(shape, pixels), shape) == pixels);
  }
}

TEST_CASE("one pixel, and equal pixels give equal bytes") {
  const ImageShape shape = {.width = 1, .height = 1, .channels = 3};
  const std::vector<std::byte> pixels = {std::byte{1}, std::byte{200}, std::byte{255}};
  CHECK(read_back(encode_png(shape, pixels), shape) == pixels);
  CHECK(encode_png(shape, pixels) == encode_png(shape, pixels));
}

TEST_CASE("dots per inch are stated as pixels a metre, and only where they are given") {
  const ImageShape shape = {.width = 3, .height = 2, .channels = 1};
  const std::vector<std::byte> pixels = pattern(shape);
  const auto text = [](const std::vector<std::byte>& file) {
    return std::string(reinterpret_cast<const char*>(file.data()), file.size());
  };
  const std::vector<std::byte> with = encode_png(shape, pixels, 300);
  // 300 / 0.0254 = 11811 = 0x2e23, twice, and the unit 1.
  const std::string chunk("pHYs\0\0\x2e\x23\0\0\x2e\x23\1", 13);
  CHECK(text(with).find(chunk) != std::string::npos);
  CHECK(text(encode_png(shape, pixels)).find("pHYs") == std::string::npos);
  CHECK(read_back(with, shape) == pixels);
}

}  // namespace
}  // namespace fossilct
