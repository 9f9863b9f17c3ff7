// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "filters/intensity_scale.h"
#include "segment/axis.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A part of a slice, which must lie inside the volume, and `context` slices on each side of it as
// channels, in the order of their numbers: C,H,W fp32 on the CPU, (v - centre) / deviation; NaN
// becomes 0. Beyond the volume the outermost slice is repeated. Cost: the box
// once, turned where the axis is not z. Throws what the source throws.
at::Tensor read_part(VolumeSource& scan, const SlicePart& part, std::int64_t context,
                     const IntensityScale& scale);

// The same of voxels that were read already: `voxels` are those of `box` of a volume of size
// `size`, which hold all of the part and its neighbours that lies inside the volume (assert).
at::Tensor part_of(const AnyConstView& voxels, const Box& box, const Size3& size,
                   const SlicePart& part, std::int64_t context, const IntensityScale& scale);

// The same of labels of type u8: H,W.
at::Tensor read_label_part(VolumeSource& labels, const SlicePart& part);

}  // namespace fossilct
