// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/markup.h"

namespace fossilct {

// "data:image/png;base64,...".
std::string data_uri(const std::string& media_type, std::span<const std::byte> bytes);

// A picture with another drawn over it, which has transparent pixels and the same proportions; as
// wide as there is room.
struct LayeredImage {
  std::string picture;  // URIs
  std::string overlay;
  std::string description;    // for those who can't see it
  bool sharp_pixels = false;  // enlarge without smoothing
};
Markup layered_image(const LayeredImage& image);

// A box to tick, before the content, that shows and hides the overlays in it; they are shown at
// first, and in print. `id` is unique within the page.
Markup with_overlay_switch(const std::string& id, const std::string& label, const Markup& content);

// What the colours of a picture mean.
struct ColourMeaning {
  std::array<std::uint8_t, 3> colour{};  // sRGB
  bool is_outline = false;
  std::string meaning;
};
Markup colour_key(const std::vector<ColourMeaning>& list);

}  // namespace fossilct
