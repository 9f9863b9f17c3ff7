// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "volumes/any_view.h"
#include "volumes/grid.h"

namespace fossilct::test {

// What a library that is not ours (libtiff, ITK, niftilib) finds in a file; lengths in the unit of
// the file, left-posterior-superior.
struct ForeignScan {
  AnyVolume voxels;
  Vector3 spacing;
  Vector3 origin;
  Matrix3 direction = identity_direction;
  std::string unit;         // TIFF: the ImageDescription; NIfTI: "um" or "none"
  bool compressed = false;  // TIFF
  bool big = false;         // TIFF: BigTIFF; NIfTI: NIfTI-2
};

ForeignScan read_tiff(const std::filesystem::path& path);
ForeignScan read_tiff_folder(const std::filesystem::path& folder);
ForeignScan read_nrrd(const std::filesystem::path& path);
ForeignScan read_metaimage(const std::filesystem::path& path);
ForeignScan read_nifti(const std::filesystem::path& path);

}  // namespace fossilct::test
