// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: what the elements and axes of an HDF5 dataset are.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_handle.h"

namespace fossilct::hdf5 {

// pixel_type_of_dataset, and u8 for the one-byte enumeration that h5py writes for booleans.
std::optional<PixelType> element_type(hid_t dataset);
// What to hand to H5Dread as the type in memory: an enumeration is read as itself (HDF5 converts
// none to integers), all others as `type` of this machine.
Handle memory_type(hid_t dataset, PixelType type);
// "uint16", "int64", "float16", "bool", "compound", "string" ...
std::string type_text(hid_t dataset);
// "181 x 2 x 640"; "scalar" without axes.
std::string shape_text(const std::vector<hsize_t>& extent);
// Which axes are z, y, x once axes of length 1 too many are left out, the last ones first; nothing
// where three do not remain.
std::optional<std::array<std::size_t, 3>> volume_axes(const std::vector<hsize_t>& extent);

}  // namespace fossilct::hdf5
