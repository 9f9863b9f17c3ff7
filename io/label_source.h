// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/progress.h"
#include "volumes/volume_source.h"

namespace fossilct {

// The voxels of `source` as labels (--labels): kind labels, type u8, u16 or u32. Those types pass
// unchanged; i8 and i16 become u8 and u16; i32, f32 and f64 become the smallest type that holds the
// largest value, for which the scan is read once. A negative value, or one with a fraction, makes
// read() (or that first pass) throw Error{format} with the value and its place.
std::unique_ptr<VolumeSource> as_labels(std::unique_ptr<VolumeSource> source, Progress& progress);

}  // namespace fossilct
