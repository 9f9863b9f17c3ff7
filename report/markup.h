// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fossilct {

// What may stand in a page as it is, every name and path in it escaped: a type of its own, so that
// no plain text gets there unescaped by mistake. Well-formed as XML, in UTF-8.
struct Markup {
  std::string text;

  Markup& operator+=(const Markup& other) {
    text += other.text;
    return *this;
  }
  friend Markup operator+(Markup a, const Markup& b) { return a += b; }
};

// For text between tags and for the values of attributes. Bytes that are no UTF-8 and characters
// that XML forbids become U+FFFD.
std::string escaped(std::string_view plain);
Markup text(std::string_view plain);

// Names and plain values; the values are escaped.
using Attributes = std::vector<std::pair<std::string_view, std::string>>;
// "<name a="..">content</name>"
Markup element(std::string_view name, const Attributes& attributes, const Markup& content = {});
Markup element(std::string_view name, const Markup& content);
// "<name a=".."/>": of HTML only for elements that never have content (br, img, meta).
Markup empty_element(std::string_view name, const Attributes& attributes);

// The address of a file, from the page that names it: every byte of the path but letters, digits
// and
// -._~/ as %XX, so that no name can be taken for a scheme, a query or a fragment. Of a path that
// begins with '/' it is one below the page's folder.
std::string relative_url(std::string_view path);

// A coordinate: two decimals, without needless zeros ("12.5"); the same in every locale.
std::string coordinate(double value);

// "#rrggbb"
std::string hex_colour(const std::array<std::uint8_t, 3>& srgb);

// How many characters a UTF-8 text has, to guess how wide it will be.
int characters_of(std::string_view text);

}  // namespace fossilct
