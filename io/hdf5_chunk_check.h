// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: do the chunks of an HDF5 dataset hold what its header says?

#include <filesystem>
#include <string>

#include "io/hdf5_handle.h"

namespace fossilct::hdf5 {

// HDF5 1.10 trusts that a chunk, once decompressed, has the size the header gives it, and reads
// past the end of a shorter one. Headers damaged in the chunk's shape are found by decompressing
// the first chunk; deflate's own checksum guards the others. Datasets with other filters than
// deflate, shuffle and fletcher32 are let pass. Throws Error{format}; memory: the first chunk as
// stored.
void check_first_chunk(hid_t dataset, hsize_t chunk_bytes, const std::string& name,
                       const std::filesystem::path& path);

}  // namespace fossilct::hdf5
