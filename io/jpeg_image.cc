// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <csetjmp>
#include <cstdio>
#include <memory>
#include <string>

#include <jpeglib.h>

#include "base/error.h"
#include "io/image_size.h"
#include "io/plain_images.h"

namespace fossilct {

namespace {

// As with libpng: libjpeg leaves by longjmp, so the steps have plain locals only.
struct JpegReader {
  jpeg_error_mgr errors{};  // first, so that libjpeg's pointer to it is one to this
  std::jmp_buf jump{};
  jpeg_decompress_struct image{};
  std::array<char, JMSG_LENGTH_MAX> reason{};
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, std::fclose};
  bool created = false;
  ImageShape shape;

  ~JpegReader() {
    if (created) {
      jpeg_destroy_decompress(&image);
    }
  }
};

[[noreturn]] void on_error(j_common_ptr common) {
  auto* reader = static_cast<JpegReader*>(common->client_data);
  common->err->format_message(common, reader->reason.data());
  std::longjmp(reader->jump, 1);
}

// libjpeg fills what is missing with grey and warns; level -1 is such a warning.
void on_message(j_common_ptr common, int level) {
  if (level < 0) {
    on_error(common);
  }
}

void print_nothing(j_common_ptr) {}

bool read_header(JpegReader& reader) {
  jpeg_decompress_struct& image = reader.image;
  image.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = on_error;
  reader.errors.emit_message = on_message;
  reader.errors.output_message = print_nothing;
  image.client_data = &reader;
  if (setjmp(reader.jump) != 0) {
    return false;
  }
  jpeg_create_decompress(&image);
  reader.created = true;
  image.client_data = &reader;
  jpeg_stdio_src(&image, reader.file.get());
  jpeg_read_header(&image, TRUE);
  image.out_color_space = image.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(&image);
  reader.shape.width = image.output_width;
  reader.shape.height = image.output_height;
  reader.shape.channels = image.num_components == 1 ? 1 : 3;
  return true;
}

bool read_rows(JpegReader& reader, std::byte* pixels, std::size_t row_bytes) {
  if (setjmp(reader.jump) != 0) {
    return false;
  }
  jpeg_start_decompress(&reader.image);
  while (reader.image.output_scanline < reader.image.output_height) {
    auto* row = reinterpret_cast<JSAMPROW>(pixels + reader.image.output_scanline * row_bytes);
    jpeg_read_scanlines(&reader.image, &row, 1);
  }
  jpeg_finish_decompress(&reader.image);
  return true;
}

[[noreturn]] void fail(const std::filesystem::path& path, const JpegReader& reader) {
  throw format_error(path, "this JPEG can't be decoded (" + std::string(reader.reason.data()) +
                               "): it was cut short or is damaged; copy it anew");
}

}  // namespace

void read_jpeg(const std::filesystem::path& path, const ImageReceiver& receiver) {
  JpegReader reader;
  reader.file.reset(std::fopen(path.c_str(), "rbe"));
  if (reader.file == nullptr) {
    throw file_errno_error(path, "can't open");
  }
  if (!read_header(reader)) {
    fail(path, reader);
  }
  require_plausible_size(reader.shape, path);
  const std::span<std::byte> pixels = receiver(reader.shape);
  if (!pixels.empty() &&
      !read_rows(reader, pixels.data(),
                 pixels.size() / static_cast<std::size_t>(reader.shape.height))) {
    fail(path, reader);
  }
}

}  // namespace fossilct
