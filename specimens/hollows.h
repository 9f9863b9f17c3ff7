// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "specimens/body_crop.h"
#include "volumes/volume.h"

namespace fossilct {

// Private to `specimens`: hollows told apart where they narrow.

// How hollows are divided. Lengths in the unit of `spacing`.
struct HollowOptions {
  Vector3 spacing{1, 1, 1};
  double narrowing = 0.2;  // of the passage against the narrower hollow's radius, below 1
  double least_fall = 0;   // and by how much its radius is smaller at least
  double least_radius = 0;
};

struct Hollows {
  Volume<std::uint32_t> ids;         // 1 ... count; 0 for all else
  std::vector<std::int64_t> voxels;  // of each
};

// The chambers of a lumen (not 0), the largest first. Beyond the volume nothing is known: a chamber
// is as wide there as inside.
Hollows chambers_of(const VolumeView<const std::uint8_t>& lumen, const HollowOptions& options);

// The mask (not 0) and the hollows in it whose mouths are narrower than they are; 0 and 1.
// `lids` are the faces (-x, +x, ...) through which nothing leads outside.
Volume<std::uint8_t> sealed(const VolumeView<const std::uint8_t>& mask,
                            const std::array<bool, 6>& lids, const HollowOptions& options);

}  // namespace fossilct
