// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "volumes/image_source.h"
#include "volumes/label_classes.h"

namespace fossilct {

// Which label a colour of a painted mask stands for.
struct ColourMap {
  std::map<std::uint32_t, std::uint8_t> colours;  // 0xrrggbb -> label
  std::vector<LabelClass> classes;                // in the order of the file, one a label value
};

// Reads lines `#rrggbb value name`, value 0 to 255, the name may be absent or hold blanks; empty
// lines, what follows `;` or `//`, and lines whose first word begins with `#` without being a colour
// are left out. Throws Error{file}, and Error{format} with the
// line's number.
ColourMap read_colour_map(const std::filesystem::path& path);

// Colours as 0xrrggbb with the number of pixels each, most frequent first. `pixels` of u8, 3 or 4
// channels (alpha is ignored).
struct ColourCount {
  std::uint32_t colour = 0;
  std::int64_t pixels = 0;
};
std::vector<ColourCount> count_colours(const ImageShape& shape, std::span<const std::byte> pixels);

// Up to 20 lines "#rrggbb  N pixels" and an example of a colour map made of them, for messages.
std::string describe_colours(const std::vector<ColourCount>& counts);
std::string colour_text(std::uint32_t colour);  // "#rrggbb"

}  // namespace fossilct
