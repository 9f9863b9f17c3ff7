// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/progress.h"
#include "io/open_scan.h"
#include "io/spacing.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What a reader of one container returns: the voxels, and what the container says of their size.
// grid().origin_um (and direction) are as the file gives them, in the unit of the spacing;
// spacing_um is left at 1. open_scan settles both.
struct Container {
  std::unique_ptr<VolumeSource> source;
  FoundSpacing spacing;
  bool spacing_is_settled = false;  // our own volume file: spacing_um is true already
};

// One function for each container (io/<name>_reader.cc). `path` exists and has been recognised by
// content. Throws Error{file|format}; nothing of the outside library's exceptions gets through.
Container open_slice_folder(const std::filesystem::path& folder, const OpenOptions& options,
                            Progress& progress);
Container open_tiff(const std::filesystem::path& path, const OpenOptions& options,
                    Progress& progress);
Container open_single_image(const std::filesystem::path& path, const OpenOptions& options,
                            Progress& progress);
Container open_dicom(const std::filesystem::path& path, const OpenOptions& options,
                     Progress& progress);
Container open_nrrd(const std::filesystem::path& path, const OpenOptions& options,
                    Progress& progress);
Container open_metaimage(const std::filesystem::path& path, const OpenOptions& options,
                         Progress& progress);
Container open_nifti(const std::filesystem::path& path, const OpenOptions& options,
                     Progress& progress);
Container open_hdf5(const std::filesystem::path& path, const OpenOptions& options,
                    Progress& progress);
Container open_xradia(const std::filesystem::path& path, const OpenOptions& options,
                      Progress& progress);
Container open_raw(const std::filesystem::path& path, const OpenOptions& options,
                   Progress& progress);
// A `.vgi` header, or a data file beside which one lies.
Container open_vgi(const std::filesystem::path& path, const OpenOptions& options,
                   Progress& progress);

}  // namespace fossilct
