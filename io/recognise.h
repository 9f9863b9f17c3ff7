// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

enum class ScanFormat {
  slice_folder,
  dicom,
  tiff,
  single_image,  // PNG, JPEG, BMP
  nrrd,
  metaimage,
  nifti,
  hdf5,
  xradia,
  vgi,
  raw
};
std::string_view name_of(ScanFormat format);

struct Recognised {
  ScanFormat format = ScanFormat::raw;
  std::filesystem::path path;        // what to open: the header, where a data file was named
  std::vector<std::string> notices;  // how it was recognised, where that is not plain
};

// What `path` is, by its content: the first bytes of a file, the files of a folder; by its name
// only where the content leaves it open (DICOM without preamble). A data file without a header of
// its own is recognised by the header that names it and lies beside it (.vgi, .nhdr, .mhd, .hdr).
// With `as_raw` (--raw) a plain file is raw whatever it holds. Reads a few kilobytes, of a folder
// with many files a few kilobytes of some. Throws Error{file} where it is missing, unreadable or no
// plain file; Error{format} where it is nothing we read: what it begins with and what is read.
Recognised recognise(const std::filesystem::path& path, bool as_raw);

}  // namespace fossilct
