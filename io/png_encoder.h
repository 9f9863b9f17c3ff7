// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "volumes/image_source.h"

namespace fossilct {

// A PNG file of the image, in memory: u8, 1 to 4 channels as in ImageShape, pixels.size() ==
// shape.bytes() (assert). `dpi` pixels an inch are stated where it is not 0. No time or program is
// written, so that equal pixels give equal bytes.
// Throws Error{device} where memory is lacking. Cost: some 20 MB/s of pixels.
std::vector<std::byte> encode_png(const ImageShape& shape, std::span<const std::byte> pixels,
                                  double dpi = 0);

}  // namespace fossilct
