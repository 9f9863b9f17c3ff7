// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "io/open_scan.h"
#include "volumes/volume_source.h"

namespace fossilct {

// A source over voxels that lie in a file one after another, x fastest, from `layout.offset` on:
// the data of raw files, uncompressed NRRD, MetaImage, NIfTI, and ImageJ stacks over 4 GB.
// `description` is complete but for the size and type, which are the layout's. Reads with pread, so
// that it may be called from several threads; swaps bytes where needed. Throws Error{format} naming
// both sizes when the file is shorter than the layout says.
std::unique_ptr<VolumeSource> open_raw_voxels(const std::filesystem::path& path,
                                              const RawLayout& layout, ScanDescription description);

}  // namespace fossilct
