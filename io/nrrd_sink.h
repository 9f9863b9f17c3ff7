// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `io`. One NRRD file (NRRD0004, header attached): raw for intensities, gzip for labels,
// packed by `threads` threads. Directions and origin are left-posterior-superior, in micrometres,
// said so in `space units`; numbers are the shortest that read back to the same double, so an
// upright grid survives to the last bit. Where the spacing is not known: directions of length 1,
// origin 0 and no unit. A reader of ours refuses that as a placeholder, so an unknown voxel size
// never comes back as one of 1. Throws Error{format} for a detached header (.nhdr), Error{file}.
std::unique_ptr<VolumeSink> make_nrrd_sink(const std::filesystem::path& path,
                                           const ScanDescription& description, IfExists if_exists,
                                           int threads);

}  // namespace fossilct
