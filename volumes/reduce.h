// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volumes/any_view.h"
#include "volumes/volume_source.h"

namespace fossilct {

// One step down the resolution pyramid: blocks of 2 x 2 x 2 voxels become one, size n -> max(1,
// floor(n / 2)); an odd last row, column or slice is left out; an axis of one voxel stays.
// Intensities: the mean, rounded half up for integers, ignoring NaN where any other value is there.
// Labels: the most frequent value; of equally frequent ones the largest, so that thin bodies on a
// background of 0 do not vanish. `out` must have that size and the type of `in` (assert).
// Cost: one pass, about 1 GB/s a thread for u8 and u16 intensities.
void reduce_by_two(const AnyConstView& in, VolumeKind kind, const AnyView& out);
Size3 reduced_by_two(const Size3& size);

}  // namespace fossilct
