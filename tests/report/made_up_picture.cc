// SPDX-License-Identifier: Apache-2.0
#include "made_up_picture.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace fossilct::test {

namespace {

using Bytes = std::vector<std::uint8_t>;

void append_big_endian(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t c = n;
    for (int bit = 0; bit < 8; ++bit) {
      c = (c & 1) != 0 ? 0xedb88320U ^ (c >> 1) : c >> 1;
    }
    table[n] = c;
  }
  return table;
}

void append_chunk(Bytes& png, std::string_view name, const Bytes& data) {
  static const std::array<std::uint32_t, 256> table = crc_table();
  append_big_endian(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), name.begin(), name.end());
  png.insert(png.end(), data.begin(), data.end());
  std::uint32_t crc = 0xffffffffU;
  for (std::size_t i = begin; i < png.size(); ++i) {
    crc = table[(crc ^ png[i]) & 0xff] ^ (crc >> 8);
  }
  append_big_endian(png, ~crc);
}

// RFC 1950 and 1951: stored blocks of at most 65,535 bytes, and Adler's sum.
Bytes stored(const Bytes& raw) {
  Bytes result = {0x78, 0x01};
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : raw) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  for (std::size_t i = 0; i < raw.size(); i += 65535) {
    const std::size_t size = std::min<std::size_t>(65535, raw.size() - i);
    result.push_back(i + size == raw.size() ? 1 : 0);
    for (const std::size_t length : {size, 65535 - size}) {
      result.push_back(static_cast<std::uint8_t>(length & 0xff));
      result.push_back(static_cast<std::uint8_t>(length >> 8));
    }
    result.insert(result.end(), raw.begin() + static_cast<std::ptrdiff_t>(i),
                  raw.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
  append_big_endian(result, b << 16 | a);
  return result;
}

}  // namespace

std::vector<std::byte> png_of(const Picture& picture) {
  Bytes raw;
  for (int y = 0; y < picture.height(); ++y) {
    raw.push_back(0);  // no filter
    for (int x = 0; x < picture.width(); ++x) {
      raw.push_back(picture.at(x, y));
    }
  }
  Bytes header;
  append_big_endian(header, static_cast<std::uint32_t>(picture.width()));
  append_big_endian(header, static_cast<std::uint32_t>(picture.height()));
  header.insert(header.end(), {8, 0, 0, 0, 0});
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", stored(raw));
  append_chunk(png, "IEND", {});
  std::vector<std::byte> result(png.size());
  std::transform(png.begin(), png.end(), result.begin(),
                 [](std::uint8_t byte) { return std::byte{byte}; });
  return result;
}

}  // namespace fossilct::test
