// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: may an image be as large as its header says? Asked before memory is taken for
// it.

#include <cstdint>
#include <filesystem>

#include "volumes/image_source.h"

namespace fossilct {

// More than this much memory for one image has to be justified by the size of its file.
inline constexpr std::uint64_t free_image_bytes = std::uint64_t{64} << 20;
// No codec of image files packs zeros tighter (deflate 1:1032, LZW 1:2730).
inline constexpr std::uint64_t best_compression = 4096;
inline bool is_plausible_size(std::uint64_t decoded_bytes, std::uint64_t file_bytes) {
  return decoded_bytes <= free_image_bytes || decoded_bytes / best_compression <= file_bytes;
}

// Throws Error{format} that names file and shape where the file is too small for it.
void require_plausible_size(const ImageShape& shape, const std::filesystem::path& path);

}  // namespace fossilct
