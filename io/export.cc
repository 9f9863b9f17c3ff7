// SPDX-License-Identifier: Apache-2.0
#include "io/export.h"

#include <string>

#include "base/error.h"
#include "base/text.h"
#include "io/metaimage_sink.h"
#include "io/nifti_sink.h"
#include "io/nrrd_sink.h"
#include "io/tiff_sink.h"
#include "io/volume_file.h"

namespace fossilct {

namespace {

std::unique_ptr<VolumeSink> make_volume_file_sink(const std::filesystem::path& path,
                                                  const ScanDescription& description,
                                                  IfExists if_exists, int threads) {
  VolumeFileOptions options;
  options.kind = description.kind;
  options.classes = description.classes;
  options.slice_step = description.slice_step;
  options.slice_numbers = description.slice_numbers;
  options.projections = description.projections;
  options.if_exists = if_exists;
  options.threads = threads;
  return std::make_unique<VolumeFileSink>(path, description.grid, description.type, options);
}

void require_sound(const std::filesystem::path& path, const Grid& grid) {
  try {
    check(grid);
  } catch (...) {
    rethrow_with_context("can't export to " + path.string());
  }
}

}  // namespace

std::optional<ExportFormat> export_format_of(const std::filesystem::path& path) {
  if (!path.has_filename()) {  // ends in a slash
    return path.empty() ? std::nullopt : std::optional(ExportFormat::tiff_folder);
  }
  const std::string name = lower(path.filename().string());
  const std::string extension = lower(path.extension().string());
  if (extension == ".tif" || extension == ".tiff") {
    return ExportFormat::tiff;
  }
  if (extension == ".nrrd" || extension == ".nhdr") {
    return ExportFormat::nrrd;
  }
  if (extension == ".mha" || extension == ".mhd") {
    return ExportFormat::metaimage;
  }
  if (extension == ".nii" || name.ends_with(".nii.gz")) {
    return ExportFormat::nifti;
  }
  if (extension == ".h5" || extension == ".hdf5") {
    return ExportFormat::hdf5;
  }
  return extension.empty() ? std::optional(ExportFormat::tiff_folder) : std::nullopt;
}

std::unique_ptr<VolumeSink> make_export_sink(const std::filesystem::path& path, ExportFormat format,
                                             const ScanDescription& description, IfExists if_exists,
                                             int threads) {
  require_sound(path, description.grid);
  switch (format) {
    case ExportFormat::tiff:
      return make_tiff_sink(path, description, if_exists);
    case ExportFormat::tiff_folder:
      return make_tiff_folder_sink(path, description, if_exists, threads);
    case ExportFormat::nrrd:
      return make_nrrd_sink(path, description, if_exists, threads);
    case ExportFormat::metaimage:
      return make_metaimage_sink(path, description, if_exists);
    case ExportFormat::nifti:
      return make_nifti_sink(path, description, if_exists, threads);
    case ExportFormat::hdf5:
      return make_volume_file_sink(path, description, if_exists, threads);
  }
  __builtin_unreachable();
}

}  // namespace fossilct
