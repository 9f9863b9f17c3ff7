// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "volumes/grid.h"
#include "volumes/volume.h"

namespace fossilct {

// What a voxel of BodyCrop::mask is.
inline constexpr std::uint8_t mask_body = 1;
inline constexpr std::uint8_t mask_other_body = 2;

// One body cut out of a scan, with some voxels around it: what measuring works on.
struct BodyCrop {
  Grid grid;     // of the crop, in the scan's space: its voxels are where they are in the scan
  Index3 begin;  // the crop's first voxel in the scan
  Volume<std::uint8_t> mask;  // mask_body, mask_other_body, 0 for all else; grid.size
  Volume<float> grey;         // the scan's intensities (NaN may occur), or empty without a scan
  // Whether a face of the crop (-x, +x, -y, +y, -z, +z) is one of the scan: nothing is known beyond
  // it, and a body that reaches it is cut.
  std::array<bool, 6> at_scan_face{};
};

}  // namespace fossilct
