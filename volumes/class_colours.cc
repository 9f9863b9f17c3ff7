// SPDX-License-Identifier: Apache-2.0
#include "volumes/class_colours.h"

namespace fossilct {

namespace {

constexpr std::array<std::array<std::uint8_t, 3>, 8> own_colours = {{{0xe6, 0x9f, 0x00},
                                                                     {0x56, 0xb4, 0xe9},
                                                                     {0x00, 0x9e, 0x73},
                                                                     {0xf0, 0xe4, 0x42},
                                                                     {0x00, 0x72, 0xb2},
                                                                     {0xd5, 0x5e, 0x00},
                                                                     {0xcc, 0x79, 0xa7},
                                                                     {0x99, 0x99, 0x99}}};

}  // namespace

std::array<std::uint8_t, 3> own_class_colour(std::int64_t value) {
  return own_colours[static_cast<std::size_t>(value + 7) % own_colours.size()];
}

}  // namespace fossilct
