// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/atomic_file.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `io`. TIFF as Fiji reads it: intensities not compressed, labels deflate (lossless, no
// predictor); XResolution and YResolution in pixels per micrometre, ImageJ's `unit=micron` and
// `spacing=`. Those keep x and y as 32-bit floats only, so the description has a line of ours with
// the exact values, `fossilct.spacing_um=x,y,z`; ImageJ ignores it, and drops it when it writes the
// file anew. Where the spacing is not known none of these is written. Direction and origin have no
// place in a TIFF and are left out.
//
// ImageJ's `images=` is left out on purpose: with it ImageJ takes the voxels of an uncompressed
// file for one block and skips the pages' own offsets.

// One file, a page a slice; BigTIFF where the voxels alone may reach 4 GB (Fiji opens that through
// Bio-Formats). Throws Error{format} for axes over 2^31 - 1, Error{file}.
std::unique_ptr<VolumeSink> make_tiff_sink(const std::filesystem::path& path,
                                           const ScanDescription& description, IfExists if_exists);

// A folder of one file a slice, NAME_0000.tif with as many digits as the count needs, at least
// four; slices of a slab are written by `threads` threads. Throws as above.
std::unique_ptr<VolumeSink> make_tiff_folder_sink(const std::filesystem::path& folder,
                                                  const ScanDescription& description,
                                                  IfExists if_exists, int threads);

// Whether `pages` pages of `page_bytes` may outgrow the 32-bit offsets of a classic TIFF.
bool needs_big_tiff(std::int64_t pages, std::int64_t page_bytes);

}  // namespace fossilct
