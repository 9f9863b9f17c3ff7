// SPDX-License-Identifier: Apache-2.0
#include "io/byte_order.h"

#include <cstdint>
#include <cstring>

namespace fossilct {

namespace {

template <typename Word>
void swap_words(std::byte* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Word word;
    std::memcpy(&word, bytes + i * sizeof(Word), sizeof(Word));
    if constexpr (sizeof(Word) == 2) {
      word = __builtin_bswap16(word);
    } else if constexpr (sizeof(Word) == 4) {
      word = __builtin_bswap32(word);
    } else {
      word = __builtin_bswap64(word);
    }
    std::memcpy(bytes + i * sizeof(Word), &word, sizeof(Word));
  }
}

}  // namespace

void swap_bytes(std::byte* words, std::size_t count, std::size_t word_bytes) {
  switch (word_bytes) {
    case 2:
      return swap_words<std::uint16_t>(words, count);
    case 4:
      return swap_words<std::uint32_t>(words, count);
    case 8:
      return swap_words<std::uint64_t>(words, count);
    default:
      return;
  }
}

}  // namespace fossilct
