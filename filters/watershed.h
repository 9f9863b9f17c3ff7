// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "filters/components.h"
#include "volumes/volume.h"

namespace fossilct {

// Maps of heights, as the distance map of a body: above 0 inside, 0 or below outside. The
// outermost voxels of the volume are outside (assert). Heights are told apart by 1/65536 of the
// greatest; among equals the first in raster order comes first. Volumes of up to 2^32 - 2 voxels
// (assert).

// The peaks that stand out: those from which every way to a higher one (of equals, to an earlier
// one) goes down by at least `height`, which must be above 0. These are the maxima of the h-maxima
// transform (Soille 2003, Morphological Image Analysis, 6.3.4), one voxel of each; its peak, in
// raster order. The peak of a piece that no other touches stands out however low it is. Cost: some
// 100 ns a voxel inside; memory: 12 bytes a voxel of the volume.
std::vector<Index3> peaks_that_stand_out(const VolumeView<const float>& heights, double height,
                                         Connectivity connectivity);

// The watershed of seeds: every voxel inside that can be reached from one gets the number (from 1,
// in the order given) of the seed whose flood, rising from the greatest height downwards, comes to
// it first (Meyer 1991's flooding by a queue of levels, first in, first out in each; without lines
// between the basins). Others get 0. Cost: some 100 ns a voxel inside; memory: 8 bytes a voxel.
Volume<std::uint32_t> watershed(const VolumeView<const float>& heights,
                                const std::vector<Index3>& seeds, Connectivity connectivity);

}  // namespace fossilct
