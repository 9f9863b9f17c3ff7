// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `io`. One MetaImage file (.mha), not compressed. The format has no place for a unit;
// by convention its lengths are millimetres, so micrometres are divided by 1000. The number written
// is one that gives the same micrometres when multiplied by 1000 where there is one, else within
// one unit in the last place. Where the spacing is not known: spacing 1, origin 0, which a reader
// of ours refuses as a placeholder (and so does it a spacing of exactly 1 mm). Throws Error{format}
// for .mhd, Error{file}.
std::unique_ptr<VolumeSink> make_metaimage_sink(const std::filesystem::path& path,
                                                const ScanDescription& description,
                                                IfExists if_exists);

// The millimetres described above.
double millimetres_that_read_back(double um);

}  // namespace fossilct
