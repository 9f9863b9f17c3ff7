// SPDX-License-Identifier: Apache-2.0
#include "io/png_encoder.h"

#include <png.h>

#include <array>
#include <cassert>
#include <cmath>
#include <csetjmp>
#include <exception>
#include <string>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace {

// libpng leaves by longjmp, which must not jump over destructors: write_image() has plain locals
// only, and what it works on lives here.
struct PngWriter {
  png_structp png = nullptr;
  png_infop info = nullptr;
  png_uint_32 pixels_per_metre = 0;  // 0: not stated
  std::string reason;
  std::vector<png_bytep> rows;
  std::vector<std::byte> file;

  ~PngWriter() { png_destroy_write_struct(&png, &info); }
};

[[noreturn]] void on_write_error(png_structp png, png_const_charp message) {
  static_cast<PngWriter*>(png_get_error_ptr(png))->reason = message;
  png_longjmp(png, 1);
}

void on_write_warning(png_structp, png_const_charp) {}

void append(png_structp png, png_bytep bytes, png_size_t count) {
  std::vector<std::byte>& file = *static_cast<std::vector<std::byte>*>(png_get_io_ptr(png));
  const auto* begin = reinterpret_cast<const std::byte*>(bytes);
  bool out_of_memory = false;
  try {
    file.insert(file.end(), begin, begin + count);
  } catch (const std::exception&) {
    // No exception may pass through the frames of a C library.
    out_of_memory = true;
  }
  if (out_of_memory) {
    png_error(png, "out of memory");
  }
}

void flush(png_structp) {}

bool write_image(PngWriter& writer, png_uint_32 width, png_uint_32 height, int colour_type) {
  if (setjmp(png_jmpbuf(writer.png)) != 0) {
    return false;
  }
  png_set_write_fn(writer.png, &writer.file, append, flush);
  png_set_IHDR(writer.png, writer.info, width, height, 8, colour_type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (writer.pixels_per_metre > 0) {
    png_set_pHYs(writer.png, writer.info, writer.pixels_per_metre, writer.pixels_per_metre,
                 PNG_RESOLUTION_METER);
  }
  png_write_info(writer.png, writer.info);
  png_write_image(writer.png, writer.rows.data());
  png_write_end(writer.png, nullptr);
  return true;
}

}  // namespace

std::vector<std::byte> encode_png(const ImageShape& shape, std::span<const std::byte> pixels,
                                  double dpi) {
  constexpr std::array<int, 5> colour_types = {-1, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                               PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  assert(shape.type == PixelType::u8 && shape.channels >= 1 && shape.channels <= 4);
  assert(shape.width > 0 && shape.height > 0 && pixels.size() == shape.bytes());
  PngWriter writer;
  writer.pixels_per_metre = static_cast<png_uint_32>(std::lround(dpi / 0.0254));
  writer.png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, on_write_error, on_write_warning);
  writer.info = writer.png == nullptr ? nullptr : png_create_info_struct(writer.png);
  const auto height = static_cast<std::size_t>(shape.height);
  const std::size_t row_bytes = pixels.size() / height;
  for (std::size_t y = 0; y < height; ++y) {
    // libpng takes rows that it does not change as pointers to what could be changed.
    writer.rows.push_back(
        reinterpret_cast<png_bytep>(const_cast<std::byte*>(pixels.data() + y * row_bytes)));
  }
  if (writer.info == nullptr ||
      !write_image(writer, static_cast<png_uint_32>(shape.width), static_cast<png_uint_32>(height),
                   colour_types[static_cast<std::size_t>(shape.channels)])) {
    throw Error(ErrorKind::device, "an image of " + describe(shape) + " can't be packed as PNG (" +
                                       (writer.reason.empty() ? "out of memory" : writer.reason) +
                                       ")");
  }
  return std::move(writer.file);
}

}  // namespace fossilct
