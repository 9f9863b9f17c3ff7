// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "report/fossil_report.h"
#include "volumes/grid.h"
#include "volumes/volume.h"

namespace fossilct {

// A byte for each grey value, from the 0.5th percentile (0) to the 99.5th (255) of the finite
// values; NaN is 0. All equal: mid grey.
std::vector<std::uint8_t> windowed(std::vector<float> grey);

// A fossil cut out of its scan.
struct FossilCrop {
  Volume<float> grey;         // empty where there is no scan
  Volume<std::uint8_t> mask;  // 0 is outside
  std::array<std::uint8_t, 3> outline_colour{};
};

struct FossilSections {
  std::vector<std::byte> thumbnail;     // the section xy, of at most 64 pixels a side
  std::vector<ReportPicture> sections;  // xy, xz, yz; of at most 256 pixels a side
};

// The three sections through the middle of the mask as PNG, a pixel for a voxel or, of a large
// crop, for several; the outline of the mask is in its colour. Sizes of grey and mask are the same
// where there is grey (assert). Nothing where the mask is empty.
FossilSections fossil_sections(const FossilCrop& crop);

}  // namespace fossilct
