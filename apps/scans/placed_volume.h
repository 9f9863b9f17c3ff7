// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "io/nrrd_keys.h"
#include "io/open_scan.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Keys of the NRRD header of a crop: whose it is, and its first voxel in the scan. They tell its
// place where a program that nobody told the voxel size has lost the origin.
inline constexpr const char* fossil_key = "fossilct.fossil";  // "5"; blank until it has an id
inline constexpr const char* begin_key = "fossilct.begin";    // "10,20,30"

// A file whose voxels are voxels of a scan.
struct PlacedVolume {
  std::unique_ptr<VolumeSource> source;
  Box box;                              // where they are in the scan
  std::optional<std::uint32_t> fossil;  // whose crop the file says it is
};

// open_scan() of a file that lies in the scan by its origin, spacing and directions. Spacing and
// origin may be the scan's with no unit, or with that of a program that takes every number for
// millimetres. A file that states no voxel size is of the whole scan where it has the scan's size,
// otherwise it lies where its origin or `begin_key` tells. Throws Error{format} where it lies
// elsewhere or between the scan's voxels (a quarter of one off is let pass).
PlacedVolume open_placed(const std::filesystem::path& file, OpenOptions options, const Grid& scan,
                         Progress& progress);

}  // namespace fossilct
