// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "volumes/volume_source.h"

namespace fossilct {

// Bytes of all voxels in memory.
std::int64_t decoded_bytes(const VolumeSource& source);

// The same voxels for whoever reads boxes here and there and comes back to them: a volume of at
// most `most_bytes` is read whole at the first read; of a larger one, blocks of 64^3 voxels are
// kept, the one unused for longest given up first. Memory: most_bytes, or nine blocks where that is
// more. To be called by one thread at a time. A source whose slices can't be read in parts is slow
// when it does not fit.
std::unique_ptr<VolumeSource> cached(std::unique_ptr<VolumeSource> source, std::int64_t most_bytes);

}  // namespace fossilct
