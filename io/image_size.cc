// SPDX-License-Identifier: Apache-2.0
#include "io/image_size.h"

#include "base/error.h"
#include "base/file_descriptor.h"

namespace fossilct {

void require_plausible_size(const ImageShape& shape, const std::filesystem::path& path) {
  const auto file_bytes = static_cast<std::uint64_t>(FileDescriptor(path).size());
  if (!is_plausible_size(shape.bytes(), file_bytes)) {
    throw format_error(path, "its header promises " + describe(shape) +
                                 ", which a file this small can't hold: it is damaged");
  }
}

}  // namespace fossilct
