// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "volumes/volume_source.h"

namespace fossilct {

// By class: the radius in voxels, 0: the class stays as it is.
using RadiusOfClass = std::array<double, 256>;

// The labels (u8; assert) with each class opened: of a class stays what balls of its radius cover
// that lie within it and have their centres in the volume; the rest becomes 0. A ball are the
// voxels whose centres are at most the radius away: 1 gives 7 voxels, 1.5 gives 19, 1.8 gives 27.
// What a ball would cover outside the volume counts as within the class. Exact squared distances,
// axis by axis (Saito and Toriwaki 1994, Pattern Recognition 27(11), cut off beyond the radius).
// Boxes may be read in any order. Throws Error{option} for a radius that is not 0 to 100. Cost:
// some (1 + radius) ns a voxel and class. Memory: some 64 MB, or what 9 radii of slices take at 5
// bytes a voxel where that is more.
std::unique_ptr<VolumeSource> open_labels(std::unique_ptr<VolumeSource> labels,
                                          const RadiusOfClass& radius_voxels, int threads);

}  // namespace fossilct
