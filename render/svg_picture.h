// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "render/picture.h"

namespace fossilct {

// An SVG (UTF-8, with a viewBox, whose unit is taken as 1/96 of an inch) as it looks on white: RGB,
// `dpi` pixels an inch. Letters are in the system's fonts; nothing that the SVG names is fetched.
// Throws Error{format} for what is no such SVG, Error{option} where it would have no pixel or more
// than 16,384 a side, Error{device} where the library that draws fails.
Picture svg_picture(std::string_view svg, double dpi);

}  // namespace fossilct
