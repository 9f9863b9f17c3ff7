// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: is a DICOM file whole?

#include <cstdint>
#include <filesystem>
#include <optional>

namespace fossilct {

// What a walk over all elements of a file finds.
struct DicomStructure {
  std::optional<std::int64_t> pixel_bytes;  // of (7fe0,0010); nothing where there is none
  bool compressed = false;                  // the pixels are fragments of a compressed stream
};

// Steps from element to element, nested ones included, without reading values. GDCM needs this
// before it: as Debian builds it, it ends the process by an assertion on a header cut short, and
// reads pixels that are not there as zeros. Nothing where the file does not have "DICM" after 128
// bytes (DICOM part 10; older files without it are not read). Throws Error{file} where it can't be
// opened, Error{format} where an element leaves the file or can't be one. Structure: DICOM PS3.5,
// chapter 7 and annex A.4.
std::optional<DicomStructure> walk_dicom(const std::filesystem::path& file);

}  // namespace fossilct
