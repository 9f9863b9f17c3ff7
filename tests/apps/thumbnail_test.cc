// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/thumbnail.h"

#include <doctest/doctest.h>

#include <fstream>

#include "base/error.h"
#include "io/image_files.h"
#include "io/png_encoder.h"
#include "support.h"

using namespace fossilct;
using fossilct::test::TemporaryFolder;

namespace {

void write_bytes(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("a thumbnail: means of squares, those cut by the border of what is there") {
  const TemporaryFolder folder;
  // 5 x 2 pixels of grey and opacity: 0, 10, 20 ... and 255.
  std::vector<std::byte> pixels;
  for (int i = 0; i < 10; ++i) {
    pixels.push_back(static_cast<std::byte>(10 * i));
    pixels.push_back(std::byte{255});
  }
  write_bytes(folder.path() / "a.png", encode_png({5, 2, 2, PixelType::u8}, pixels));
  write_bytes(folder.path() / "small.png", thumbnail_of(folder.path() / "a.png", 3));
  const auto small = open_image_files({folder.path() / "small.png"}, ImageFormat::png);
  const ImageShape expected = {3, 1, 2, PixelType::u8};
  REQUIRE(small->shape(0) == expected);
  std::vector<std::byte> found(6);
  small->read(0, found);
  // (0 + 10 + 50 + 60) / 4, (20 + 30 + 70 + 80) / 4, (40 + 90) / 2.
  const std::vector<std::byte> truth = {std::byte{30},  std::byte{255}, std::byte{50},
                                        std::byte{255}, std::byte{65},  std::byte{255}};
  CHECK(found == truth);
  // One that is small enough stays as it is.
  write_bytes(folder.path() / "same.png", thumbnail_of(folder.path() / "a.png", 5));
  std::vector<std::byte> same(20);
  open_image_files({folder.path() / "same.png"}, ImageFormat::png)->read(0, same);
  CHECK(same == pixels);
}

TEST_CASE("what is no PNG of 8 bits is refused by name") {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "a.png", std::vector<std::byte>(20));
  CHECK_THROWS_AS(thumbnail_of(folder.path() / "a.png", 64), Error);
  CHECK_THROWS_AS(thumbnail_of(folder.path() / "none.png", 64), Error);
}
