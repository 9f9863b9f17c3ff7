// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "volumes/image_source.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Images, one above the other, as a volume: image n is slice n. All must have the shape of the
// first; one that has not is reported by name with both shapes (Error{format}) when it is read.
// Grey images are taken as they are; an RGB(A) image whose channels are equal is taken as grey;
// coloured pixels are an error that names the image and the colours (give `colours`).
// With `colours` each RGB value becomes a label (u8); a colour that is not in the map is an error
// that names image, pixel and colour. Images of a slab are decoded by `threads` threads.
struct StackOptions {
  std::map<std::uint32_t, std::uint8_t> colours;  // 0xrrggbb -> label; empty = grey
  int threads = 1;
};
std::unique_ptr<VolumeSource> stack(std::unique_ptr<ImageSource> images,
                                    ScanDescription description, const StackOptions& options);

}  // namespace fossilct
