// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace fossilct {

// A PNG of the PNG file `path`, at most `most_pixels` (1 or more) a side: a pixel is the mean of a
// square of its pixels. Throws Error{file|format}, also where its pixels are not of 8 bits.
std::vector<std::byte> thumbnail_of(const std::filesystem::path& path, std::int64_t most_pixels);

}  // namespace fossilct
