// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "report/fossil_report.h"
#include "specimens/body_crop.h"

namespace fossilct {

// A byte for each grey value, from the 0.5th percentile (0) to the 99.5th (255) of the finite
// values; NaN is 0. All equal: mid grey.
std::vector<std::uint8_t> windowed(std::vector<float> grey);

inline constexpr std::int64_t thumbnail_pixels = 64;

struct FossilSections {
  std::vector<std::byte> thumbnail;     // the section xy, of at most thumbnail_pixels a side
  std::vector<ReportPicture> sections;  // xy, xz, yz; of at most 256 pixels a side
};

// The three sections through the middle of the body as PNG, a pixel for a voxel or, of a large
// crop, for several; the outline of the body is in `outline`. Sizes of grey and mask are the same
// where there is grey (assert). Nothing where there is no voxel of the body.
FossilSections fossil_sections(const BodyCrop& crop, const std::array<std::uint8_t, 3>& outline);

}  // namespace fossilct
