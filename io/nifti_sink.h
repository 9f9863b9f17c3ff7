// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `io`. One NIfTI file, packed with gzip (by `threads` threads) where the name ends in
// .gz. NIfTI-1, which
// every program reads, unless an axis has more than 32,767 voxels: then NIfTI-2. Lengths are
// micrometres and said so (xyzt_units); qform and sform turn our left-posterior-superior axes into
// NIfTI's right-anterior-superior ones. NIfTI-1 keeps lengths as 32-bit floats, a relative loss of
// up to 6e-8; a spacing of up to 7 digits comes back exactly to a reader that takes the shortest
// decimal of the float. Where the spacing is not known: spacing 1, origin 0, no unit, which a
// reader of ours refuses as a placeholder. Throws Error{file}.
std::unique_ptr<VolumeSink> make_nifti_sink(const std::filesystem::path& path,
                                            const ScanDescription& description, IfExists if_exists,
                                            int threads);

}  // namespace fossilct
