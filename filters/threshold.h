// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/progress.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Otsu's threshold of a scan, from the sampled histogram that intensity_scale() uses. Throws
// Error{format} where all voxels have one value.
double otsu_threshold(VolumeSource& scan, Progress& progress);

// Labels of u8: 1 ("foreground") where a voxel is `threshold` or more, else 0; NaN is 0.
std::unique_ptr<VolumeSource> above(std::unique_ptr<VolumeSource> scan, double threshold);

}  // namespace fossilct
