// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "io/open_scan.h"
#include "volumes/image_source.h"
#include "volumes/volume_source.h"

namespace fossilct {

// stack() as the options ask: labels or intensities, through the colour map where one is given.
// Colours are looked for in the first image now, not after an hour of import. Throws Error{format}
// that lists the colours of a painted mask for which no colour map is given. Private to `io`.
std::unique_ptr<VolumeSource> stack_as_asked(std::unique_ptr<ImageSource> images,
                                             ScanDescription description,
                                             const OpenOptions& options);

}  // namespace fossilct
