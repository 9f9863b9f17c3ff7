// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: the files an HDF5 dataset leads to, and links that lead nowhere.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"

namespace fossilct::hdf5 {

// Any object by its path, all links followed; not valid where there is none.
Handle open_object(hid_t file, const std::string& name);

// Why `name` can't be opened, where a soft or external link on the way leads nowhere: the link, and
// the file or object it points to. Nothing where no such link is on the way, or where it opens.
std::optional<std::string> broken_link(hid_t file, const std::string& name);

// Throws Error{format} naming the filters that the dataset needs and this machine's HDF5 lacks.
void check_filters(hid_t dataset, const std::string& name, const std::filesystem::path& path);

// The files that hold the voxels: the one with the dataset in it, and the sources of a virtual
// dataset or of one with external storage. Throws Error{file} naming the first that is missing:
// HDF5 would silently read fill values for it.
std::vector<std::filesystem::path> files_of(hid_t dataset, const std::string& name,
                                            const std::filesystem::path& path);

}  // namespace fossilct::hdf5
