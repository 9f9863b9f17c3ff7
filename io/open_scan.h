// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/progress.h"
#include "io/spacing.h"
#include "volumes/adaptors.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Layout of a headerless file, as `--raw 1024x1024x1000:u16le[:offset]`.
struct RawLayout {
  Size3 size;
  PixelType type = PixelType::u8;
  bool big_endian = false;
  std::int64_t offset = 0;  // bytes before the first voxel
};
// Throws Error{option} that shows the form expected.
RawLayout parse_raw_layout(std::string_view text);

// How a path becomes a VolumeSource. Fields are applied in this order: read, replace_nan,
// reorient, roi, downsample, type. Defaults are those of the command line.
struct OpenOptions {
  SpacingOptions spacing;
  std::optional<RawLayout> raw;
  std::string dataset;      // HDF5: path inside the file; empty = look for the usual ones
  bool allow_gaps = false;  // folder: missing slice numbers are read as if they were not missing
  // Whether a message may advise --allow-gaps: the caller has the option, and it would help.
  bool advise_gaps = true;
  // Folder: its images are some of the slices of another scan, so gaps and steps in their numbers
  // mean nothing (io/label_slices.h).
  bool some_slices = false;
  bool labels = false;  // what is read are labels: never interpolated, majority in levels
  std::filesystem::path colour_map;  // labels from RGB masks: lines of "#rrggbb value name"
  Reorientation reorientation;
  std::optional<Box> roi;  // in voxels of the reoriented scan
  std::int64_t downsample = 1;
  std::optional<PixelType> type;
  std::optional<Window> window;                                 // in the scan's own intensities
  std::optional<std::pair<double, double>> window_percentiles;  // instead of `window`
  bool replace_nan = false;  // NaN and infinite voxels become the scan's minimum
  std::int64_t level = 0;    // our own volume file: the level of the pyramid to read
  int threads = 1;
  std::filesystem::path
      scratch;  // where what can't be streamed is unpacked; empty = TMPDIR or /tmp
};

// Recognises by content what `path` is (a folder of slices, a DICOM series, TIFF, NRRD, MetaImage,
// NIfTI, HDF5, Xradia, raw with a sidecar, ...) and returns a source that streams it, its spacing
// settled and in micrometres. Notices are in the description. Reads headers only, except where
// `window_percentiles` or `replace_nan` need a pass over the voxels, or where the container can't
// be read in pieces (then it is unpacked to `scratch`, with a notice). Throws Error: file (missing,
// unreadable), format (damaged, not recognised, no spacing), option.
std::unique_ptr<VolumeSource> open_scan(const std::filesystem::path& path,
                                        const OpenOptions& options, Progress& progress);

}  // namespace fossilct
