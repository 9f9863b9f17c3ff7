// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "io/nrrd_keys.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// The containers `export` writes. tiff: one multi-page file, BigTIFF from 4 GB up, with ImageJ's
// spacing and unit; tiff_folder: one file a slice, name_0000.tif; hdf5: the volume file.
enum class ExportFormat { tiff, tiff_folder, nrrd, metaimage, nifti, hdf5 };

// By the name, in any case: .tif/.tiff, a name without extension or ending in / (folder), .nrrd,
// .mha, .nii/.nii.gz, .h5/.hdf5; nothing for any other. The two-file forms .nhdr and .mhd count as
// their formats, so that make_export_sink can say what to use instead.
std::optional<ExportFormat> export_format_of(const std::filesystem::path& path);

// A sink that streams into the container, spacing and unit stored the container's way (and "um" or,
// where unknown, no unit and the origin in voxels). Throws Error{format} for what the container
// can't hold (named, with one that can), Error{file} where it can't be written.
std::unique_ptr<VolumeSink> make_export_sink(const std::filesystem::path& path, ExportFormat format,
                                             const ScanDescription& description, IfExists if_exists,
                                             int threads);

// A small volume as a NRRD file at once, not atomically: for files of a folder that itself appears
// only when it is whole (AtomicOutput) or under names that nobody reads yet. In gzip, whose
// checksum guards it: labels made smaller, intensities, which hardly get smaller, stored. `voxels`
// have the description's size and type (assert). May be called from several threads for different
// files. Throws Error{file}.
void write_nrrd(const std::filesystem::path& path, const ScanDescription& description,
                const AnyConstView& voxels, const NrrdKeys& keys = {});

// Throws Error{file} where `folder` is there and holds anything but such slices of a folder of this
// name, the strangers named: replacing it would take them away. make_export_sink() with
// IfExists::replace asks it at the beginning and once more before the rename.
void require_only_slices(const std::filesystem::path& folder);

}  // namespace fossilct
