// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace fossilct {

// What one voxel is. Names are those of the command line: u8, i8, u16, i16, u32, i32, f32, f64.
enum class PixelType : std::uint8_t { u8, i8, u16, i16, u32, i32, f32, f64 };

std::string_view name_of(PixelType type);
// Accepts the names above; nothing for any other.
std::optional<PixelType> pixel_type_from_name(std::string_view name);
bool is_integer(PixelType type);
bool is_label_type(PixelType type);  // u8, u16, u32: what labels and instances are kept in

// The one place where a type known at run time becomes a type of the language: calls
// f(std::type_identity<T>{}) with the C++ type of `type`, and returns what it returns.
template <typename F>
decltype(auto) dispatch(PixelType type, F&& f) {
  switch (type) {
    case PixelType::u8:
      return f(std::type_identity<std::uint8_t>{});
    case PixelType::i8:
      return f(std::type_identity<std::int8_t>{});
    case PixelType::u16:
      return f(std::type_identity<std::uint16_t>{});
    case PixelType::i16:
      return f(std::type_identity<std::int16_t>{});
    case PixelType::u32:
      return f(std::type_identity<std::uint32_t>{});
    case PixelType::i32:
      return f(std::type_identity<std::int32_t>{});
    case PixelType::f32:
      return f(std::type_identity<float>{});
    case PixelType::f64:
      return f(std::type_identity<double>{});
  }
  __builtin_unreachable();
}

constexpr std::size_t bytes_of(PixelType type) {
  constexpr std::size_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 8};
  return bytes[static_cast<std::size_t>(type)];
}

template <typename T>
constexpr PixelType pixel_type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return PixelType::u8;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return PixelType::i8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return PixelType::u16;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return PixelType::i16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return PixelType::u32;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return PixelType::i32;
  else if constexpr (std::is_same_v<T, float>)
    return PixelType::f32;
  else {
    static_assert(std::is_same_v<T, double>);
    return PixelType::f64;
  }
}

}  // namespace fossilct
