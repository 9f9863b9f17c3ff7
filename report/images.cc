// SPDX-License-Identifier: Apache-2.0
#include "report/images.h"

#include <algorithm>

namespace fossilct {

namespace {

std::string css_colour(const std::array<std::uint8_t, 3>& colour) {
  return "rgb(" + std::to_string(colour[0]) + "," + std::to_string(colour[1]) + "," +
         std::to_string(colour[2]) + ")";
}

}  // namespace

std::string data_uri(const std::string& media_type, std::span<const std::byte> bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result = "data:" + media_type + ";base64,";
  result.reserve(result.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      result += j <= count ? alphabet[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return result;
}

Markup layered_image(const LayeredImage& image) {
  return element(
      "div", {{"class", image.sharp_pixels ? "layers sharp" : "layers"}},
      empty_element("img", {{"src", image.picture}, {"alt", image.description}}) +
          empty_element("img", {{"class", "overlay"}, {"src", image.overlay}, {"alt", ""}}));
}

Markup with_overlay_switch(const std::string& id, const std::string& label, const Markup& content) {
  return element(
      "div", {{"class", "switched"}},
      empty_element("input", {{"type", "checkbox"}, {"id", id}, {"checked", "checked"}}) +
          element("label", {{"for", id}}, text(" " + label)) + element("div", content));
}

Markup colour_key(const std::vector<ColourMeaning>& list) {
  Markup items;
  for (const ColourMeaning& one : list) {
    const Attributes swatch = {{"class", one.is_outline ? "swatch outline" : "swatch"},
                               {"style", "--swatch:" + css_colour(one.colour)}};
    items += element("li", element("span", swatch) + text(one.meaning));
  }
  return element("ul", {{"class", "key"}}, items);
}

}  // namespace fossilct
