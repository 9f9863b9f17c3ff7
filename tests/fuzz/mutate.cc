// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fossilct::fuzz {
namespace {

constexpr std::size_t header_bytes = 512;
constexpr std::array<std::uint64_t, 14> extremes = {0,
                                                    1,
                                                    2,
                                                    0x7f,
                                                    0x80,
                                                    0xff,
                                                    0x7fff,
                                                    0x8000,
                                                    0xffff,
                                                    0x7fffffff,
                                                    0x80000000,
                                                    0xffffffff,
                                                    0x7fffffffffffffff,
                                                    0xffffffffffffffff};
constexpr std::array<std::string_view, 8> numbers = {
    "0", "-1", "1e400", "nan", "99999999999999999999", "4294967296", "65536", ""};

// The distributions of the standard library differ between implementations; this one does not.
std::size_t below(std::size_t count, std::mt19937_64& random) {
  return count == 0 ? 0 : static_cast<std::size_t>(random() % count);
}

std::size_t place(const std::string& bytes, std::mt19937_64& random) {
  const bool in_header = random() % 2 == 0;
  return below(in_header ? std::min(bytes.size(), header_bytes) : bytes.size(), random);
}

void flip_bit(std::string& bytes, std::mt19937_64& random) {
  char& byte = bytes[place(bytes, random)];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << below(8, random)));
}

void put_extreme(std::string& bytes, std::mt19937_64& random) {
  const std::size_t begin = place(bytes, random);
  const std::size_t width = std::size_t{1} << below(4, random);
  const std::uint64_t value = extremes[below(extremes.size(), random)];
  const bool big_endian = random() % 2 == 0;
  for (std::size_t i = 0; i < width && begin + i < bytes.size(); ++i) {
    const std::size_t shift = 8 * (big_endian ? width - 1 - i : i);
    bytes[begin + i] = static_cast<char>(value >> shift & 0xff);
  }
}

// Replaces a run of digits near a random place, the way a damaged text header would read.
void replace_number(std::string& bytes, std::mt19937_64& random) {
  const std::size_t begin = bytes.find_first_of("0123456789", place(bytes, random));
  if (begin == std::string::npos) {
    return flip_bit(bytes, random);
  }
  const std::size_t end = std::min(bytes.find_first_not_of("0123456789", begin), bytes.size());
  bytes.replace(begin, end - begin, numbers[below(numbers.size(), random)]);
}

void truncate(std::string& bytes, std::mt19937_64& random) { bytes.resize(place(bytes, random)); }

std::size_t piece_size(const std::string& bytes, std::size_t begin, std::mt19937_64& random) {
  return std::min(bytes.size() - begin, std::size_t{1} << below(10, random));
}

void lose_piece(std::string& bytes, std::mt19937_64& random) {
  const std::size_t begin = place(bytes, random);
  bytes.erase(begin, piece_size(bytes, begin, random));
}

void double_piece(std::string& bytes, std::mt19937_64& random) {
  const std::size_t begin = place(bytes, random);
  bytes.insert(begin, bytes.substr(begin, piece_size(bytes, begin, random)));
}

void overwrite_piece(std::string& bytes, std::mt19937_64& random) {
  const std::size_t from = place(bytes, random);
  const std::string piece = bytes.substr(from, piece_size(bytes, from, random));
  const std::size_t to = place(bytes, random);
  bytes.replace(to, std::min(piece.size(), bytes.size() - to), piece);
}

constexpr std::array<void (*)(std::string&, std::mt19937_64&), 9> damages = {
    flip_bit, flip_bit,   put_extreme,  put_extreme,    replace_number,
    truncate, lose_piece, double_piece, overwrite_piece};

}  // namespace

std::string mutate(std::string bytes, std::mt19937_64& random) {
  const std::size_t count = 1 + below(4, random);
  for (std::size_t i = 0; i < count && !bytes.empty(); ++i) {
    damages[below(damages.size(), random)](bytes, random);
  }
  return bytes;
}

}  // namespace fossilct::fuzz
