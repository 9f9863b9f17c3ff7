// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: do the chunks of an HDF5 dataset hold what its header says?

#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"

namespace fossilct::hdf5 {

// HDF5 1.10 trusts that a chunk, once decompressed, has the size the header gives it, and reads
// past the end of a shorter one. Headers damaged in the chunk's shape are found by decompressing
// the first chunk; deflate's own checksum guards the others. Datasets with other filters than
// deflate, shuffle and fletcher32 are let pass. Throws Error{format}; memory: the first chunk as
// stored.
void check_first_chunk(hid_t dataset, hsize_t chunk_bytes, const std::string& name,
                       const std::filesystem::path& path);

// The same for chunks that no filter made smaller (there is none, or it was skipped): of those that
// the box [begin, end) of the dataset touches, each must be stored in exactly `chunk_bytes`, four
// more with fletcher32. Asked before each read, since any chunk may be the damaged one; costs a
// look-up in the chunk index each. Throws Error{format}.
void check_plain_chunks(hid_t dataset, const std::vector<hsize_t>& chunk, hsize_t chunk_bytes,
                        const std::vector<hsize_t>& begin, const std::vector<hsize_t>& end,
                        const std::string& name, const std::filesystem::path& path);

}  // namespace fossilct::hdf5
