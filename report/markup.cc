// SPDX-License-Identifier: Apache-2.0
#include "report/markup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace fossilct {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct Sequence {
  std::size_t length = 0;  // 0: not well-formed (RFC 3629)
  char32_t character = 0;
};

Sequence sequence_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return {1, first};
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) {
    return {};
  }
  char32_t character = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return {};
    }
    character = character << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool overlong = character < least[length];
  return overlong || character > 0x10ffff ? Sequence{} : Sequence{length, character};
}

// XML 1.0, production 2 (Char), without the controls C1 that no reader means.
bool is_allowed(char32_t c) {
  const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0);
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  return !control && !surrogate && c != 0xfffe && c != 0xffff;
}

std::string_view entity_of(char32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string opening(std::string_view name, const Attributes& attributes) {
  std::string tag = "<";
  tag += name;
  for (const auto& [key, value] : attributes) {
    tag += ' ';
    tag += key;
    tag += "=\"" + escaped(value) + '"';
  }
  return tag;
}

}  // namespace

std::string escaped(std::string_view plain) {
  std::string result;
  result.reserve(plain.size());
  while (!plain.empty()) {
    const Sequence next = sequence_at(plain);
    const std::size_t length = std::max<std::size_t>(1, next.length);
    if (next.length == 0 || !is_allowed(next.character)) {
      result += replacement;
    } else if (const std::string_view entity = entity_of(next.character); !entity.empty()) {
      result += entity;
    } else {
      result += plain.substr(0, length);
    }
    plain.remove_prefix(length);
  }
  return result;
}

Markup text(std::string_view plain) { return {escaped(plain)}; }

Markup element(std::string_view name, const Attributes& attributes, const Markup& content) {
  Markup result = {opening(name, attributes) + ">" + content.text + "</"};
  result.text += name;
  result.text += '>';
  return result;
}

Markup element(std::string_view name, const Markup& content) { return element(name, {}, content); }

Markup empty_element(std::string_view name, const Attributes& attributes) {
  return {opening(name, attributes) + "/>"};
}

std::string coordinate(double value) {
  std::array<char, 64> digits{};
  // Adding 0 turns -0 into 0.
  const double hundredths = std::round(value * 100) / 100 + 0.0;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hundredths,
                                 std::chars_format::fixed, 2)
                       .ptr;
  std::string result(digits.data(), end);
  result.erase(result.find_last_not_of('0') + 1);
  if (result.ends_with('.')) {
    result.pop_back();
  }
  return result;
}

std::string hex_colour(const std::array<std::uint8_t, 3>& srgb) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "#";
  for (const std::uint8_t part : srgb) {
    result += digits[part >> 4];
    result += digits[part & 15];
  }
  return result;
}

std::string relative_url(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  // With "./" before it no first part can be a scheme, and two slashes no host.
  std::string url = "./";
  for (const char c : path.substr(std::min(path.find_first_not_of('/'), path.size()))) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    url += is_plain ? std::string(1, c) : std::string{'%', digits[byte >> 4], digits[byte & 15]};
  }
  return url;
}

int characters_of(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace fossilct
