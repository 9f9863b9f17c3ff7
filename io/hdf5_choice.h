// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: which dataset of an HDF5 file is the scan.

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"
#include "volumes/grid.h"

namespace fossilct::hdf5 {

// A dataset seen as a volume. Datasets of more than three axes are taken when the axes too many
// have length 1 and stand last (channel) or first (time, channel); axis_zyx tells which of the
// dataset's axes are z, y and x.
struct ChosenDataset {
  std::string name;  // its path in the file
  Handle dataset;
  PixelType type = PixelType::u8;
  std::vector<hsize_t> extent;
  std::array<std::size_t, 3> axis_zyx{0, 1, 2};
  bool projections = false;  // angles lie beside it (DXchange theta, NXtomo rotation_angle)
  std::vector<std::string> notices;

  Size3 size() const;
};

// `requested` where not empty; else `/data`, else DXchange's `/exchange/data`, else what NeXus
// calls the default (attributes `default` and `signal` from the root on, or the only NXentry and
// NXdata), else /entry/data/data, /entry/data, /entry1/tomo_entry/data/data; else the only usable
// dataset there is, with a notice. Links of all kinds are followed. Throws Error{format} that lists
// up to 20 datasets with shape and type; one that names the file behind a broken external link; one
// that says why the dataset found is no volume. Reads no voxel.
ChosenDataset choose_dataset(hid_t file, const std::filesystem::path& path,
                             const std::string& requested);

// "256 x 256 x 256, uint8" in the file's own order of axes, as h5ls and h5py print.
std::string shape_and_type(hid_t dataset);

// Datasets of any kind below `group`, one line each ("/exchange/data (181 x 2 x 640, float32)").
struct DatasetList {
  std::vector<std::string> lines;   // the first 20
  std::vector<std::string> usable;  // paths of those that are volumes, each once; at most 2
  std::size_t count = 0;
};
DatasetList list_datasets(hid_t group);

}  // namespace fossilct::hdf5
