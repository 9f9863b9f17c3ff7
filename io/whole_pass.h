// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`.

#include <string_view>

#include "base/progress.h"
#include "volumes/statistics.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Statistics of all voxels: those the file has stored, else gathered in one pass, slab by slab, as
// the progress stage `stage`. Memory: one slab of at most 64 MB (one slice at least).
VolumeStatistics statistics_of(VolumeSource& source, std::string_view stage, Progress& progress);

}  // namespace fossilct
