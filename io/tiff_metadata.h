// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/spacing.h"
#include "io/tiff_file.h"

namespace fossilct {

// What the tags of a TIFF's first page say of the whole file. Private to `io`.
struct TiffMetadata {
  std::string format = "TIFF";  // "ImageJ TIFF", "OME-TIFF"
  FoundSpacing spacing;
  std::optional<std::int64_t> slices;  // how many images the description promises
  bool slices_may_follow = false;  // ... as voxels after the first page, without pages of their own
  std::vector<std::string> notices;
};

// ImageJ's description (lines of KEY=VALUE after `ImageJ=`), OME-XML, else XResolution,
// YResolution and ResolutionUnit (and tifffile's shape). `name` is for messages. Throws
// Error{format} for a stack of several channels or time points, naming their counts.
TiffMetadata tiff_metadata(const TiffPage& first, const std::string& name);

}  // namespace fossilct
