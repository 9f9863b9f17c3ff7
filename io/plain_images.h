// SPDX-License-Identifier: Apache-2.0
#pragma once

// One image file, private to `io`. PNG and JPEG come straight from libpng and libjpeg: ITK's
// readers of the two print to stdout and stderr, return half-decoded images without an error, and
// rescale greys of 1, 2 and 4 bits (labels!). BMP comes through ITK, behind a check of its header,
// since ITK trusts sizes and run lengths.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>

#include "volumes/image_source.h"

namespace fossilct {

// Called with the shape once the header is read; returns where the pixels go (shape.bytes() long),
// or an empty span to stop there. May throw.
using ImageReceiver = std::function<std::span<std::byte>(const ImageShape&)>;

// Palettes become RGB(A); greys of less than 8 bits keep their values; 16 bits in native order.
// Throws Error{file|format}.
void read_png(const std::filesystem::path& path, const ImageReceiver& receiver);
// Grey or RGB, u8. A warning of the decoder (data cut short, damaged) is an error here.
void read_jpeg(const std::filesystem::path& path, const ImageReceiver& receiver);
// Uncompressed, 8 (palette), 24 or 32 bits a pixel; 3 or 4 channels of u8.
void read_bmp(const std::filesystem::path& path, const ImageReceiver& receiver);

}  // namespace fossilct
