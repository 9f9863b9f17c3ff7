// SPDX-License-Identifier: Apache-2.0
#pragma once

// HDF5 files for the tests, written through the C library.

#include <hdf5.h>

#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"

namespace fossilct::test {

inline hdf5::Handle create_h5(const std::filesystem::path& path) {
  hdf5::quiet();
  return hdf5::Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
}

// Voxel n (in the file's order) is n, wrapped by the type.
struct H5Dataset {
  std::vector<hsize_t> extent;
  hid_t type = H5T_STD_U16LE;
  std::vector<hsize_t> chunk = {};  // empty = contiguous
  bool compressed = false;
  bool written = true;
};

inline hdf5::Handle add_dataset(hid_t file, const std::string& name, const H5Dataset& wanted) {
  const hdf5::Handle links(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links, 1);
  const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  if (!wanted.chunk.empty()) {
    H5Pset_chunk(creation, static_cast<int>(wanted.chunk.size()), wanted.chunk.data());
  }
  if (wanted.compressed) {
    H5Pset_deflate(creation, 1);
  }
  const hdf5::Handle space(
      H5Screate_simple(static_cast<int>(wanted.extent.size()), wanted.extent.data(), nullptr));
  hdf5::Handle dataset(
      H5Dcreate2(file, name.c_str(), wanted.type, space, links, creation, H5P_DEFAULT));
  if (wanted.written) {
    std::vector<int> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<int>(i);
    }
    H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  return dataset;
}

inline hdf5::Handle add_group(hid_t file, const std::string& name, const char* nx_class) {
  hdf5::Handle group(H5Gcreate2(file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  hdf5::write_attribute(group, "NX_class", std::string_view(nx_class));
  return group;
}

}  // namespace fossilct::test
