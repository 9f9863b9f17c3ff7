// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/progress.h"
#include "io/open_scan.h"
#include "volumes/volume_source.h"

namespace fossilct {

// open_scan() of labels: never interpolated, and a voxel size that the file does not state is no
// error, since masks mostly state none and have that of their scan. Its notices go to `progress`.
std::unique_ptr<VolumeSource> open_label_volume(const std::filesystem::path& path,
                                                OpenOptions options, Progress& progress);

// Grey values given for labels have many values, and so have ids of single bodies.
inline constexpr std::size_t most_values_of_labels = 30;
// Whether a few slices, evenly apart, hold more than `most` values but 0.
bool has_more_values_than(std::size_t most, VolumeSource& labels);
// "FILE: holds more than 30 different values, ...?"
std::string many_values_text(const std::filesystem::path& path);

// A volume as messages speak of it: "the labels", "the scan".
struct SpokenOf {
  std::string what;
  std::string name;
  const ScanDescription& description;
};

// Voxel sizes of the same scan may be written with other digits: up to a thousandth apart.
inline constexpr double same_spacing = 1.001;
// Voxels that a file's first voxel may lie beside where it is expected: less is the rounding of a
// header.
inline constexpr double most_offset = 0.25;
// The largest ratio of both along any axis, at least 1.
double spacing_ratio(const Vector3& a, const Vector3& b);

// Whether two grids of one size have their voxels in the same place: voxel sizes to same_spacing,
// axes to some 2.5 degrees, origins to a quarter of a voxel.
bool same_place(const Grid& a, const Grid& b);

// Throws Error{format} that names both where two volumes of the same voxels, as far as each says
// so, differ in their voxel size (along z only where they have as many slices), in the direction
// of an axis, or in the place of their first voxel by more than a quarter of a voxel (where both
// know their voxel size; along z only where they have as many slices). An origin of 0 is told by
// volume files only: others have it where they know none.
void require_same_place(const SpokenOf& labels, const SpokenOf& scan);

}  // namespace fossilct
