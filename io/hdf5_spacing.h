// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: what an HDF5 file says about the size of its voxels.

#include "io/hdf5_choice.h"
#include "io/spacing.h"

namespace fossilct::hdf5 {

// HDF5 itself has no notion of spacing; looked at, in this order, are
// - attribute `element_size_um` of the dataset: z, y, x in um (Fiji's HDF5 plugin, ilastik);
// - attributes `spacing`, `voxel_size` or `pixel_size` of the dataset: one number, or z, y, x; the
//   unit from `<name>_unit(s)`, `unit` or `units` where that is a length (`units` of NeXus is that
//   of the intensities);
// - NeXus: the datasets that attribute `axes` of the group names, when evenly spaced, with their
//   `units`;
// - ITK's HDF5 images: dataset `Spacing` (x, y, z) beside `VoxelData`, mm by convention;
// - VTKHDF images of others: attribute `Spacing` (x, y, z) of /VTKHDF, no unit.
FoundSpacing find_spacing(hid_t file, const ChosenDataset& chosen);

}  // namespace fossilct::hdf5
