// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: which files of a folder make up one DICOM series, in which order.

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "io/dicom_header.h"
#include "io/open_scan.h"
#include "io/spacing.h"

namespace fossilct {

struct DicomSeries {
  std::vector<DicomHeader> slices;  // along the normal of the slices, ascending
  Grid grid;                        // size; origin in mm, direction; spacing is in `spacing`
  FoundSpacing spacing;
  std::vector<std::string> notices;
};

// `path`: a folder (not its subfolders), or one file, which stands for all files of its series in
// its folder; files there that can't be read are then left out with a notice, while a folder that
// was named is refused for them. In a folder of several series the only one of more than one image
// is taken, with a notice; otherwise Error{format} lists them with their number of images. Slices
// are ordered by position along their normal (without positions by InstanceNumber, without that by
// name), and the spacing along z is the distance of positions, never SliceThickness. Throws
// Error{format} naming the file or files: a damaged one; another size or orientation than the rest;
// several frames in a file; colour; two slices at one place; distances that differ by more than 2 %
// (slices are missing), unless options.allow_gaps.
DicomSeries read_dicom_series(const std::filesystem::path& path, const OpenOptions& options,
                              const Progress& progress);

}  // namespace fossilct
