// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/picture_files.h"

#include <span>
#include <vector>

#include "base/atomic_file.h"
#include "io/png_encoder.h"

namespace fossilct {

void write_png(const std::filesystem::path& path, const Picture& picture, double dpi) {
  const ImageShape shape = {picture.width, picture.height, picture.channels, PixelType::u8};
  const std::vector<std::byte> file =
      encode_png(shape, std::as_bytes(std::span(picture.pixels)), dpi);
  write_file_atomically(path, {reinterpret_cast<const char*>(file.data()), file.size()});
}

}  // namespace fossilct
