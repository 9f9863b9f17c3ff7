// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/spacing.h"
#include "volumes/grid.h"
#include "volumes/pixel_type.h"

namespace fossilct {

// The header of an NRRD file, as http://teem.sourceforge.net/nrrd/format.html defines it (magics
// NRRD0001 to NRRD0005), as far as a volume of one value a voxel needs it. Why not ITK's parser:
// docs/decisions/010-nrrd-header.md.
struct NrrdHeader {
  Size3 size;
  PixelType type = PixelType::u8;
  bool big_endian = false;
  bool gzip = false;
  std::filesystem::path data_file;  // the header's own file where the data are attached
  std::int64_t data_offset = 0;     // of the encoded data in data_file, `line skip` counted in
  std::int64_t byte_skip = 0;       // decoded bytes before the first voxel; -1: the last ones count
  FoundSpacing spacing;
  Vector3 origin;  // in the unit of the spacing, axes as LPS (ITK's and 3D Slicer's choice)
  Matrix3 direction = identity_direction;
};

// Throws Error{file} where it (or a detached data file) can't be read, Error{format} for a damaged
// header and for what is not read here: ascii, hex and bzip2 encodings, data in several files,
// 64-bit integers, vectors and time series; the message names the field and its value.
NrrdHeader read_nrrd_header(const std::filesystem::path& path);

}  // namespace fossilct
