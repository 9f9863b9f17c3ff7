// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: what the header of one DICOM file says. Reading it stops at the pixels.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "volumes/grid.h"

namespace fossilct {

struct DicomHeader {
  std::filesystem::path file;
  std::string series_uid;
  std::string series_description;
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  std::int64_t frames = 1;
  std::int64_t samples = 1;  // a pixel: 1 grey, 3 colour
  std::int64_t bits_allocated = 0;
  std::int64_t bits_stored = 0;
  bool is_signed = false;
  std::string photometric;  // "MONOCHROME2" ...
  double slope = 1;
  double intercept = 0;
  std::optional<std::int64_t> instance;
  std::optional<Vector3> position_mm;
  std::optional<std::array<Vector3, 2>> orientation;  // of a row (towards x), of a column (y)
  std::optional<std::array<double, 2>> spacing_mm;    // x, y

  // Files with equal ones are decoded to the same pixel type.
  bool same_pixels(const DicomHeader& other) const;
};

// Nothing where the file has no pixels of an image (text, DICOMDIR, a report). Throws Error{file}
// where it can't be opened; Error{format} where it begins as DICOM ("DICM" after 128 bytes), or is
// named .dcm, and is damaged, empty, or cut short.
std::optional<DicomHeader> read_dicom_header(const std::filesystem::path& file);

// Keeps GDCM and ITK from writing to stderr; called before either is used.
void silence_dicom_libraries();

}  // namespace fossilct
