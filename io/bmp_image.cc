// SPDX-License-Identifier: Apache-2.0
#include <itkBMPImageIO.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/plain_images.h"

namespace fossilct {

namespace {

struct BmpHeader {
  std::uint32_t data_offset = 0;
  std::uint32_t header_bytes = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;  // negative: rows from top to bottom
  std::uint16_t bits = 0;
  std::uint32_t compression = 0;
};

BmpHeader read_header(const std::filesystem::path& path) {
  std::array<char, 34> bytes{};
  std::ifstream(path, std::ios::binary).read(bytes.data(), bytes.size());
  const auto field = [&](std::size_t offset, auto& value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
  };
  BmpHeader header;
  field(10, header.data_offset);
  field(14, header.header_bytes);
  field(18, header.width);
  field(22, header.height);
  field(28, header.bits);
  field(30, header.compression);
  return header;
}

// What ITK reads right; all else it would refuse in other words, or read past its buffers.
void require_readable(const BmpHeader& header, const std::filesystem::path& path) {
  const bool known_bits = header.bits == 8 || header.bits == 24 || header.bits == 32;
  if (header.header_bytes != 40 || header.compression != 0 || !known_bits) {
    throw format_error(path, "a BMP with a header of " + std::to_string(header.header_bytes) +
                                 " bytes, " + std::to_string(header.bits) +
                                 " bits a pixel, compression " +
                                 std::to_string(header.compression) +
                                 "; expected an uncompressed Windows BMP (40, 8/24/32, 0): save it "
                                 "as PNG or TIFF");
  }
  const std::int64_t width = header.width;
  const std::int64_t height = std::abs(std::int64_t{header.height});
  const std::int64_t row_bytes = (width * header.bits / 8 + 3) / 4 * 4;
  const auto file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  if (width < 1 || height < 1 || row_bytes > file_bytes ||
      height > (file_bytes - header.data_offset) / row_bytes) {
    throw format_error(path, "its header promises " + std::to_string(width) + " x " +
                                 std::to_string(height) + " pixels, but the file has only " +
                                 std::to_string(file_bytes) +
                                 " bytes: it was cut short or is damaged; copy it anew");
  }
}

}  // namespace

void read_bmp(const std::filesystem::path& path, const ImageReceiver& receiver) {
  require_readable(read_header(path), path);
  try {
    const auto image = itk::BMPImageIO::New();
    image->SetFileName(path.string());
    image->ReadImageInformation();
    ImageShape shape;
    shape.width = static_cast<std::int64_t>(image->GetDimensions(0));
    shape.height = static_cast<std::int64_t>(image->GetDimensions(1));
    shape.channels = static_cast<int>(image->GetNumberOfComponents());
    const std::span<std::byte> pixels = receiver(shape);
    if (!pixels.empty()) {
      image->Read(pixels.data());
    }
  } catch (const itk::ExceptionObject& error) {
    throw format_error(path, std::string("this BMP can't be read: ") + error.GetDescription());
  }
}

}  // namespace fossilct
