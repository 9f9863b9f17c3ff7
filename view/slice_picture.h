// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "render/picture.h"
#include "view/slice_pyramid.h"

namespace fossilct {

// Intensities that are shown black and white.
struct GreyWindow {
  double low = 0;
  double high = 1;
  double level() const { return (low + high) / 2; }
  double width() const { return high - low; }
  friend bool operator==(const GreyWindow&, const GreyWindow&) = default;
};

// Ids that are shown, and in which colour.
using IdColours = std::unordered_map<std::uint32_t, Colour>;

// A pixel for each of the slice, 0xFFRRGGBB: grey, black where it is NaN. A window of no width is a
// threshold.
std::vector<std::uint32_t> grey_pixels(const Slice<float>& slice, const GreyWindow& window);

// 0xAARRGGBB with the colours multiplied by the opacity (0 to 1); clear where an id is not shown.
std::vector<std::uint32_t> tint_pixels(const Slice<std::uint32_t>& slice, const IdColours& colours,
                                       double opacity);

// A line along the edges of pixels, in voxels of the full resolution.
struct BorderLine {
  std::int64_t u_begin = 0;
  std::int64_t v_begin = 0;
  std::int64_t u_end = 0;
  std::int64_t v_end = 0;
  friend bool operator==(const BorderLine&, const BorderLine&) = default;
};
// The borders of the ids that are shown, each as straight lines as long as they go. Where two ids
// meet the line belongs to both; the edge of the slice is no border, as nobody knows what lies
// beyond a region.
std::unordered_map<std::uint32_t, std::vector<BorderLine>> border_lines(
    const Slice<std::uint32_t>& slice, const IdColours& shown);

}  // namespace fossilct
