// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "volumes/image_source.h"

namespace fossilct {

// Formats that hold one 2D image a file (a TIFF may hold more, see open_tiff).
enum class ImageFormat : std::uint8_t { tiff, png, jpeg, bmp };

std::string_view name_of(ImageFormat format);  // "TIFF", "PNG", ...
// By the first bytes, whatever the file's name; nothing for other content. Throws Error{file} where
// the file can't be read.
std::optional<ImageFormat> image_format_of(const std::filesystem::path& path);
// Whether the extension is one of these formats' (.tif, .tiff, .png, .jpg, .jpeg, .bmp).
bool has_image_extension(const std::filesystem::path& path);

// Files of one format, one image each, in this order. A file is opened when its image is read, and
// once for that. Palette images count as RGB. A TIFF of several pages is refused by name.
std::unique_ptr<ImageSource> open_image_files(std::vector<std::filesystem::path> files,
                                              ImageFormat format);

}  // namespace fossilct
