// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace fossilct {

// sRGB of a class that was given no colour: colours that stay apart for most colour-blind readers
// (Okabe and Ito 2008), which begin again after eight values.
std::array<std::uint8_t, 3> own_class_colour(std::int64_t value);

}  // namespace fossilct
