// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "base/error.h"
#include "io/colour_map.h"
#include "io/container.h"
#include "io/image_files.h"
#include "support.h"

using namespace fossilct;
using namespace fossilct::test;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

using Bytes = std::vector<std::uint8_t>;

struct PngKind {
  int bits = 8;
  int colour = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;
};

// `rows` as the file holds them: packed below 8 bits, 16 bits big-endian.
void write_png(const std::filesystem::path& path, const PngKind& kind, std::uint32_t width,
               std::uint32_t height, Bytes rows) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, width, height, kind.bits, kind.colour,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
  const png_color palette[3] = {{0, 0, 0}, {255, 0, 0}, {0, 0, 255}};
  if (kind.colour == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(png, info, palette, 3);
  }
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (std::uint32_t y = 0; y < height; ++y) {
    pointers.push_back(rows.data() + y * (rows.size() / height));
  }
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

void write_jpeg(const std::filesystem::path& path, int width, int height, int channels,
                Bytes pixels) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  jpeg_error_mgr errors{};
  jpeg_compress_struct image{};
  image.err = jpeg_std_error(&errors);
  jpeg_create_compress(&image);
  jpeg_stdio_dest(&image, file);
  image.image_width = static_cast<JDIMENSION>(width);
  image.image_height = static_cast<JDIMENSION>(height);
  image.input_components = channels;
  image.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&image);
  jpeg_set_quality(&image, 100, TRUE);
  jpeg_start_compress(&image, TRUE);
  while (image.next_scanline < image.image_height) {
    JSAMPROW row = pixels.data() + static_cast<int>(image.next_scanline) * width * channels;
    jpeg_write_scanlines(&image, &row, 1);
  }
  jpeg_finish_compress(&image);
  jpeg_destroy_compress(&image);
  std::fclose(file);
}

std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) {
    text += static_cast<char>(value & 0xff);
  }
  return text;
}

// 8 bits with a grey palette, rows from the bottom up as usual.
std::string grey_bmp(std::uint32_t width, std::uint32_t height, const Bytes& pixels,
                     std::uint32_t compression = 0) {
  std::string file = "BM" + little_endian(0, 8) + little_endian(54 + 1024, 4) +
                     little_endian(40, 4) + little_endian(width, 4) + little_endian(height, 4) +
                     little_endian(1, 2) + little_endian(8, 2) + little_endian(compression, 4) +
                     little_endian(0, 20);
  for (std::uint32_t i = 0; i < 256; ++i) {
    file += little_endian(i * 0x010101, 4);
  }
  for (std::uint32_t y = height; y-- > 0;) {
    file.append(reinterpret_cast<const char*>(pixels.data()) + y * width, width);
    file.append((4 - width % 4) % 4, '\0');
  }
  return file;
}

Container open(const std::filesystem::path& path, const OpenOptions& options = {}) {
  Progress progress;
  return open_single_image(path, options, progress);
}

template <typename T = std::uint8_t>
std::vector<T> voxels(const Container& container) {
  const Size3 size = container.source->grid().size;
  const AnyVolume volume = container.source->read(whole(size));
  const T* first = volume.view().as<T>().data();
  return {first, first + voxel_count(size)};
}

std::string refusal(const std::filesystem::path& path, const OpenOptions& options = {}) {
  const std::string message = message_of<Error>([&] { voxels(open(path, options)); });
  CHECK(holds(message, path.filename().string()));
  return message;
}

Bytes ramp(std::size_t count) {
  Bytes values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::uint8_t>(i * 37);
  }
  return values;
}

}  // namespace

TEST_CASE("greys of every depth keep their values") {
  const TemporaryFolder folder;
  const auto path = folder / "a.png";
  write_png(path, {}, 7, 3, ramp(21));
  const Container container = open(path);
  CHECK(voxels(container) == ramp(21));
  CHECK(container.source->description().format == "PNG");
  CHECK(holds(container.source->description().notices[0], "depth 1"));
  CHECK(holds(container.spacing.found, "no voxel size"));
  write_png(path, {8, PNG_COLOR_TYPE_GRAY, true}, 7, 3, ramp(21));
  CHECK(voxels(open(path)) == ramp(21));
  write_png(path, {16, PNG_COLOR_TYPE_GRAY}, 2, 1, {0x01, 0x02, 0xff, 0x00});
  CHECK(voxels<std::uint16_t>(open(path)) == std::vector<std::uint16_t>{0x0102, 0xff00});
  write_png(path, {1, PNG_COLOR_TYPE_GRAY}, 4, 1, {0xa0});
  CHECK(voxels(open(path)) == Bytes{1, 0, 1, 0});
  write_png(path, {2, PNG_COLOR_TYPE_GRAY}, 4, 1, {0x1b});
  CHECK(voxels(open(path)) == Bytes{0, 1, 2, 3});
  write_png(path, {8, PNG_COLOR_TYPE_GRAY_ALPHA}, 2, 1, {5, 255, 6, 0});
  CHECK(voxels(open(path)) == Bytes{5, 6});
}

TEST_CASE("colours are refused as a scan, listed for labels, mapped by a colour map") {
  const TemporaryFolder folder;
  const auto path = folder / "a.png";
  write_png(path, {2, PNG_COLOR_TYPE_PALETTE}, 4, 1, {0x06});  // 0 0 1 2
  CHECK(holds(refusal(path), "pixel (2, 0) is red 255, green 0, blue 0"));
  OpenOptions options;
  options.labels = true;
  const std::string message = refusal(path, options);
  CHECK(holds(message, "painted in 3 colours"));
  CHECK(holds(message, "#000000  2 pixels"));
  CHECK(holds(message, "#ff0000  1 pixel\n"));
  CHECK(holds(message, "  #000000 0 background\n"));

  options.colour_map = folder / "map.txt";
  write_file(options.colour_map, "; classes\n# of July\n#000000 0 stone\n#FF0000 3 shell wall\n");
  CHECK(
      holds(refusal(path, options), "the colour #0000ff of pixel (3, 0) is not in the colour map"));
  write_file(options.colour_map, "#000000 0 stone\n#ff0000 3 shell wall\n#0000ff 3\n");
  const Container container = open(path, options);
  CHECK(voxels(container) == Bytes{0, 0, 3, 3});
  const std::vector<LabelClass>& classes = container.source->description().classes;
  REQUIRE(classes.size() == 2);
  CHECK(classes[1] == LabelClass{3, "shell wall", {255, 0, 0}});
}

TEST_CASE("the example of a colour map has black as its background") {
  const std::string text = describe_colours({{0xff0000, 90}, {0x00ff00, 50}, {0, 10}});
  CHECK(holds(text, "  #000000 0 background\n  #ff0000 1 class-1\n  #00ff00 2 class-2"));
  CHECK(holds(text, "every colour of every slice"));
  CHECK(holds(describe_colours({{0xff0000, 90}}), "  #ff0000 0 background"));
}

TEST_CASE("grey values may be mapped too") {
  const TemporaryFolder folder;
  write_png(folder / "a.png", {}, 3, 1, {0, 127, 255});
  write_file(folder / "map.txt", "#000000 0\n#7f7f7f 1 clay\n#ffffff 2 quartz\n");
  OpenOptions options;
  options.colour_map = folder / "map.txt";
  CHECK(voxels(open(folder / "a.png", options)) == Bytes{0, 1, 2});
}

TEST_CASE("a colour map's faults are told with their line") {
  const TemporaryFolder folder;
  const auto path = folder / "map.txt";
  const auto fault = [&](const std::string& text) {
    write_file(path, text);
    return message_of<Error>([&] { read_colour_map(path); });
  };
  CHECK(holds(fault("#000000 0 a\nred 1 b\n"), "map.txt: line 2: expected `#rrggbb value name`"));
  CHECK(holds(fault("#00000 0 a\n"), "line 1"));
  CHECK(holds(fault("# classes\n#fossil first\n#a line\n#\nred 1 b\n"), "line 5"));
  CHECK(holds(fault("\xff\x1b 1 b\n"), "found `\\xff\\x1b 1`"));
  CHECK(holds(fault("#000000 256 a\n"), "line 1"));
  CHECK(holds(fault("#000000\n"), "line 1"));
  CHECK(holds(fault("#000000 0\n\n#000000 1\n"), "line 3: #000000 is listed twice"));
  CHECK(holds(fault("; nothing\n"), "without a line"));
  CHECK(holds(message_of<Error>([&] { read_colour_map(folder / "none.txt"); }), "No such file"));
}

TEST_CASE("JPEG: close to what was written, and never half an image") {
  const TemporaryFolder folder;
  const auto path = folder / "a.jpg";
  Bytes pixels(64 * 48);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(i % 64 * 3 + i / 64);
  }
  write_jpeg(path, 64, 48, 1, pixels);
  const Bytes found = voxels(open(path));
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    CHECK(std::abs(found[i] - pixels[i]) <= 2);
  }
  const std::string file = read_file(path);
  for (const std::size_t bytes : {file.size() / 2, file.size() - 40, std::size_t{20}}) {
    write_file(path, file.substr(0, bytes));
    CHECK(holds(refusal(path), "this JPEG can't be decoded ("));
  }
  write_jpeg(path, 1, 1, 3, {200, 0, 0});
  CHECK(holds(refusal(path), "a colour image"));
}

TEST_CASE("damaged PNG files are errors in libpng's own words") {
  const TemporaryFolder folder;
  const auto path = folder / "a.png";
  write_png(path, {}, 40, 40, ramp(1600));
  const std::string file = read_file(path);
  for (const std::size_t bytes : {file.size() - 30, file.size() / 2, std::size_t{20}}) {
    write_file(path, file.substr(0, bytes));
    CHECK(holds(refusal(path), "this PNG can't be decoded ("));
  }
  std::string damaged = file;
  damaged[60] = static_cast<char>(damaged[60] + 1);
  write_file(path, damaged);
  CHECK(holds(refusal(path), "this PNG can't be decoded ("));
}

TEST_CASE("BMP: rows the right way up, and sizes checked against the file") {
  const TemporaryFolder folder;
  const auto path = folder / "a.bmp";
  write_file(path, grey_bmp(5, 3, ramp(15)));
  CHECK(voxels(open(path)) == ramp(15));
  const std::string file = grey_bmp(5, 3, ramp(15));
  write_file(path, file.substr(0, file.size() - 4));
  CHECK(holds(refusal(path), "promises 5 x 3 pixels"));
  write_file(path, grey_bmp(5, 3, ramp(15), 1));
  CHECK(holds(refusal(path), "compression 1"));
  write_file(path, file.substr(0, 40));
  CHECK_FALSE(refusal(path).empty());
}

TEST_CASE("an image that has grown since its shape was asked for is refused") {
  const TemporaryFolder folder;
  write_png(folder / "s1.png", {}, 7, 3, ramp(21));
  const auto images = open_image_files({folder / "s1.png"}, ImageFormat::png);
  std::vector<std::byte> pixels(images->shape(0).bytes());
  write_png(folder / "s1.png", {}, 7, 6, ramp(42));
  CHECK(holds(message_of<Error>([&] { images->read(0, pixels); }), "s1.png: has changed"));
}

TEST_CASE("folders of PNG keep to one shape") {
  const TemporaryFolder folder;
  write_png(folder / "s1.png", {}, 7, 3, ramp(21));
  write_png(folder / "s2.png", {}, 3, 7, ramp(21));
  Progress progress;
  const Container container = open_slice_folder(folder.path(), {}, progress);
  CHECK(container.source->grid().size == Size3{7, 3, 2});
  CHECK(holds(message_of<Error>([&] {
                container.source->read(whole({7, 3, 2}));
              }),
              "s2.png: this image is 3 x 7 u8"));
}
