// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/progress.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Streams `source` into `sink` slab by slab: a thread reads the next slab while this one is
// written. Counts voxel bytes as progress of the stage `stage`; checks for a stop at each slab.
// Does not call finish(). Memory: two slabs of the sink's preferred depth, or of the source's where
// that is deeper and a slab of it stays within 64 MiB.
void transfer(VolumeSource& source, VolumeSink& sink, std::string_view stage, Progress& progress);

}  // namespace fossilct
