// SPDX-License-Identifier: Apache-2.0
#include "volumes/pixel_type.h"

#include <array>

namespace fossilct {

namespace {

constexpr std::array<std::string_view, 8> names = {"u8",  "i8",  "u16", "i16",
                                                   "u32", "i32", "f32", "f64"};

}  // namespace

std::string_view name_of(PixelType type) { return names[static_cast<std::size_t>(type)]; }

std::optional<PixelType> pixel_type_from_name(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      return static_cast<PixelType>(i);
    }
  }
  return std::nullopt;
}

bool is_integer(PixelType type) { return type != PixelType::f32 && type != PixelType::f64; }

bool is_label_type(PixelType type) {
  return type == PixelType::u8 || type == PixelType::u16 || type == PixelType::u32;
}

}  // namespace fossilct
