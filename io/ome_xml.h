// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fossilct {

// What the OME-XML of an OME-TIFF says of its first image (Open Microscopy Environment schema,
// element OME/Image/Pixels). Private to `io`.
struct OmePixels {
  std::array<std::optional<double>, 3> physical_size;                // x, y, z
  std::array<std::string, 3> unit{"\u00b5m", "\u00b5m", "\u00b5m"};  // the schema's default
  std::int64_t size_z = 1;
  std::int64_t size_c = 1;
  std::int64_t size_t = 1;
  std::int64_t images = 0;  // how many Image elements there are
};

bool looks_like_ome_xml(std::string_view text);
// Nothing where the text is not well-formed XML or has no Pixels element.
std::optional<OmePixels> parse_ome_xml(std::string_view text);

}  // namespace fossilct
