// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`.

#include <cstddef>

namespace fossilct {

// Turns the byte order of `count` words of 1, 2, 4 or 8 bytes round, in place, aligned or not.
void swap_bytes(std::byte* words, std::size_t count, std::size_t word_bytes);

}  // namespace fossilct
