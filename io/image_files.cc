// SPDX-License-Identifier: Apache-2.0
#include "io/image_files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "io/plain_images.h"
#include "io/tiff_file.h"

namespace fossilct {

namespace {

using FirstBytes = std::array<unsigned char, 30>;

// Two letters are little to go by: the reserved bytes and the size of the second header count too.
bool is_bmp(const FirstBytes& bytes) {
  const bool reserved_are_zero = bytes[6] == 0 && bytes[7] == 0 && bytes[8] == 0 && bytes[9] == 0;
  const bool small_header = bytes[14] >= 12 && bytes[14] <= 124 && bytes[15] == 0 && bytes[16] == 0;
  return bytes[0] == 'B' && bytes[1] == 'M' && reserved_are_zero && small_header;
}

bool is_tiff(const FirstBytes& bytes) {
  const bool little = bytes[0] == 'I' && bytes[1] == 'I' && bytes[3] == 0;
  const bool big = bytes[0] == 'M' && bytes[1] == 'M' && bytes[2] == 0;
  const int version = little ? bytes[2] : bytes[3];
  return (little || big) && (version == 42 || version == 43);
}

void read_tiff(const std::filesystem::path& path, const ImageReceiver& receiver) {
  TiffFile file(path);
  const TiffPage page = file.page();
  const std::span<std::byte> pixels = receiver(page.shape);
  if (!file.is_only_page()) {
    throw format_error(path,
                       "this TIFF holds several pages, a slice of a folder is one; give the file "
                       "itself as the scan, or take it out of the folder");
  }
  if (!pixels.empty()) {
    file.read_pixels(page, pixels);
  }
}

void read_image(const std::filesystem::path& path, ImageFormat format,
                const ImageReceiver& receiver) {
  switch (format) {
    case ImageFormat::tiff:
      return read_tiff(path, receiver);
    case ImageFormat::png:
      return read_png(path, receiver);
    case ImageFormat::jpeg:
      return read_jpeg(path, receiver);
    case ImageFormat::bmp:
      return read_bmp(path, receiver);
  }
}

class FileImages : public ImageSource {
 public:
  FileImages(std::vector<std::filesystem::path> files, ImageFormat format)
      : files_(std::move(files)), format_(format) {}

  std::int64_t count() const override { return static_cast<std::int64_t>(files_.size()); }
  std::string name(std::int64_t image) const override { return file(image).string(); }

  ImageShape shape(std::int64_t image) const override {
    ImageShape found;
    read_checked(image, [&](const ImageShape& shape) {
      found = shape;
      return std::span<std::byte>{};
    });
    return found;
  }

  void read(std::int64_t image, std::span<std::byte> pixels) const override {
    read_checked(image, [&](const ImageShape& shape) {
      if (shape.bytes() != pixels.size()) {  // the decoders write as much as the header says now
        throw format_error(name(image), "has changed while it was read; read it again");
      }
      return pixels;
    });
  }

  void read_expecting(const ImageShape& expected, std::int64_t image,
                      std::span<std::byte> pixels) const override {
    read_checked(image, [&](const ImageShape& shape) {
      require_shape(expected, shape, name(image));
      return pixels;
    });
  }

 private:
  const std::filesystem::path& file(std::int64_t image) const {
    return files_[static_cast<std::size_t>(image)];
  }

  // The libraries' own words for a file of another kind are of little help.
  void read_checked(std::int64_t image, const ImageReceiver& receiver) const {
    try {
      read_image(file(image), format_, receiver);
    } catch (const Error&) {
      if (image_format_of(file(image)) == format_) {
        throw;
      }
      throw format_error(file(image), "not a " + std::string(name_of(format_)) +
                                          " file, unlike the others of the stack; replace it or "
                                          "take it out");
    }
  }

  std::vector<std::filesystem::path> files_;
  ImageFormat format_;
};

}  // namespace

std::string_view name_of(ImageFormat format) {
  constexpr std::array<std::string_view, 4> names = {"TIFF", "PNG", "JPEG", "BMP"};
  return names[static_cast<std::size_t>(format)];
}

std::optional<ImageFormat> image_format_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw file_errno_error(path, "can't open");
  }
  FirstBytes bytes{};
  stream.rdbuf()->pubsetbuf(nullptr, 0);
  stream.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
  constexpr std::array<unsigned char, 8> png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (is_tiff(bytes)) {
    return ImageFormat::tiff;
  }
  if (std::memcmp(bytes.data(), png.data(), png.size()) == 0) {
    return ImageFormat::png;
  }
  if (bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff) {
    return ImageFormat::jpeg;
  }
  return is_bmp(bytes) ? std::optional(ImageFormat::bmp) : std::nullopt;
}

bool has_image_extension(const std::filesystem::path& path) {
  const std::string extension = lower(path.extension().string());
  for (const char* known : {".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp"}) {
    if (extension == known) {
      return true;
    }
  }
  return false;
}

std::unique_ptr<ImageSource> open_image_files(std::vector<std::filesystem::path> files,
                                              ImageFormat format) {
  return std::make_unique<FileImages>(std::move(files), format);
}

}  // namespace fossilct
