// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "fuzz/seed.h"

namespace fossilct::fuzz {
namespace {

void put(std::string& bytes, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xff);
  }
}

void put_big_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 0xff);
  }
}

char grey(int x, int y) { return static_cast<char>(x * 37 + y * 5); }

void put_png_chunk(std::string& bytes, const std::string& type, const std::string& content) {
  const std::string body = type + content;
  put_big_endian(bytes, static_cast<std::uint32_t>(content.size()));
  bytes += body;
  put_big_endian(bytes,
                 static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                                  static_cast<uInt>(body.size()))));
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  packed.resize(size);
  return packed;
}

std::string png() {
  std::string header;
  put_big_endian(header, seed_width);
  put_big_endian(header, seed_height);
  header += std::string("\x08\x00\x00\x00\x00", 5);  // 8 bits, grey, no interlace
  std::string rows;
  for (int y = 0; y < seed_height; ++y) {
    rows += '\0';  // filter: none
    for (int x = 0; x < seed_width; ++x) {
      rows += grey(x, y);
    }
  }
  std::string bytes = "\x89PNG\r\n\x1a\n";
  put_png_chunk(bytes, "IHDR", header);
  put_png_chunk(bytes, "IDAT", deflated(rows));
  put_png_chunk(bytes, "IEND", "");
  return bytes;
}

std::string bmp() {
  constexpr std::uint32_t begin = 14 + 40 + 256 * 4;
  constexpr int row_bytes = 8;  // rows are padded to four bytes
  std::string bytes = "BM";
  put(bytes, begin + row_bytes * seed_height, 4);
  put(bytes, 0, 4);
  put(bytes, begin, 4);
  for (const std::uint32_t field : {40, seed_width, seed_height}) {
    put(bytes, field, 4);
  }
  put(bytes, 1, 2);  // planes
  put(bytes, 8, 2);  // bits
  for (const std::uint32_t field : {0, row_bytes * seed_height, 2835, 2835, 256, 0}) {
    put(bytes, field, 4);
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    put(bytes, i * 0x010101U, 4);
  }
  for (int y = 0; y < seed_height; ++y) {
    for (int x = 0; x < row_bytes; ++x) {
      bytes += x < seed_width ? grey(x, y) : '\0';
    }
  }
  return bytes;
}

// 6 x 5 grey, quality 50, from Pillow: shorter as bytes than as code.
std::string jpeg() {
  constexpr const char* hex =
      "ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a1816"
      "16183123251d283a333d3c3933383740485c4e404457453738506d51575f626768673e4d71797064785c6567"
      "63ffc0000b080005000601011100ffc40014000100000000000000000000000000000002ffc4002110000103"
      "010900000000000000000000000102030411051221233132416171ffda0008010100003f0013922c9533221e"
      "5b72d2a2591b50452b4e8ded38f301ffd9";
  std::string bytes;
  for (const char* digit = hex; *digit != '\0'; digit += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digit, 2), nullptr, 16));
  }
  return bytes;
}

Seed folder(const std::string& extension, const std::string& slice) {
  Seed seed{extension + "-folder", {}, ""};
  for (int z = 0; z < seed_depth; ++z) {
    seed.files.push_back({"s" + std::to_string(z) + "." + extension, slice});
  }
  return seed;
}

}  // namespace

std::vector<Seed> image_seeds() {
  return {folder("png", png()), folder("bmp", bmp()), folder("jpg", jpeg()),
          Seed{"png-single", {{"one.png", png()}}, "one.png"}};
}

}  // namespace fossilct::fuzz
