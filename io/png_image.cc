// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/image_size.h"
#include "io/plain_images.h"

namespace fossilct {

namespace {

// libpng leaves by longjmp, which must not jump over destructors: the steps below are functions
// with plain locals only, and what they work on lives here.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string reason;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, std::fclose};
  ImageShape shape;
  std::vector<png_bytep> rows;

  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  static_cast<PngReader*>(png_get_error_ptr(png))->reason = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

bool read_header(PngReader& reader) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) {
    return false;
  }
  png_init_io(png, reader.file.get());
  png_read_info(png, reader.info);
  const int type = png_get_color_type(png, reader.info);
  if (type == PNG_COLOR_TYPE_PALETTE) {
    png_set_palette_to_rgb(png);
  }
  // Not png_set_expand_gray_1_2_4_to_8, which makes 255 out of a label 1.
  png_set_packing(png);
  png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  reader.shape.width = png_get_image_width(png, reader.info);
  reader.shape.height = png_get_image_height(png, reader.info);
  reader.shape.channels = png_get_channels(png, reader.info);
  reader.shape.type = png_get_bit_depth(png, reader.info) == 16 ? PixelType::u16 : PixelType::u8;
  return true;
}

bool read_rows(PngReader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) {
    return false;
  }
  png_read_image(reader.png, reader.rows.data());
  png_read_end(reader.png, nullptr);
  return true;
}

[[noreturn]] void fail(const std::filesystem::path& path, const PngReader& reader) {
  throw format_error(path, "this PNG can't be decoded (" + reader.reason +
                               "): it was cut short or is damaged; copy it anew");
}

void start(PngReader& reader, const std::filesystem::path& path) {
  reader.file.reset(std::fopen(path.c_str(), "rbe"));
  if (reader.file == nullptr) {
    throw file_errno_error(path, "can't open");
  }
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  reader.info = reader.png == nullptr ? nullptr : png_create_info_struct(reader.png);
  if (reader.info == nullptr) {
    throw Error(ErrorKind::device, path.string() + ": out of memory");
  }
}

}  // namespace

void read_png(const std::filesystem::path& path, const ImageReceiver& receiver) {
  PngReader reader;
  start(reader, path);
  if (!read_header(reader)) {
    fail(path, reader);
  }
  require_plausible_size(reader.shape, path);
  const std::span<std::byte> pixels = receiver(reader.shape);
  if (pixels.empty()) {
    return;
  }
  const std::size_t row_bytes = pixels.size() / static_cast<std::size_t>(reader.shape.height);
  reader.rows.resize(static_cast<std::size_t>(reader.shape.height));
  for (std::size_t y = 0; y < reader.rows.size(); ++y) {
    reader.rows[y] = reinterpret_cast<png_bytep>(pixels.data() + y * row_bytes);
  }
  if (!read_rows(reader)) {
    fail(path, reader);
  }
}

}  // namespace fossilct
