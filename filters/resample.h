// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "volumes/grid.h"
#include "volumes/volume_source.h"

namespace fossilct {

// The grid of the same piece of space with other voxels: they begin at the same corner, their
// number along an axis is rounded and at least 1, so the end may differ by half a voxel.
Grid resampled(const Grid& grid, const Vector3& spacing_um);

// The scan with voxels of `spacing_um`, read piece by piece. Along each axis by itself: where
// voxels become smaller, intensities are interpolated linearly between the centres of the two
// nearest old ones (the outer half voxels continue the last value); where they become larger, each
// is the mean of the old ones it covers, weighted by how much. Integers are rounded, half up; a NaN
// makes NaN of all it takes part in. Labels: the old voxel that the new one's centre lies in. Axes
// whose spacing stays are copied.
// Cost: some 15 ns a voxel written, or 5 a voxel read where that is more. Memory: what the box
// covers of the source, in pieces of some 64 MB. Asserts that spacings are finite and positive.
std::unique_ptr<VolumeSource> resample(std::unique_ptr<VolumeSource> source,
                                       const Vector3& spacing_um);

}  // namespace fossilct
