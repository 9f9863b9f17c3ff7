// SPDX-License-Identifier: Apache-2.0
#include "io/open_scan.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/child_process.h"
#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/label_source.h"
#include "io/recognise.h"
#include "io/volume_file.h"
#include "io/voxel_edges.h"
#include "io/whole_pass.h"
#include "volumes/percentiles.h"

namespace fossilct {

namespace {

Container open_hdf5_of_any_kind(const std::filesystem::path& path, const OpenOptions& options,
                                Progress& progress) {
  if (options.dataset.empty() && is_volume_file(path)) {
    return {open_volume_file(path, options.level, options.threads), {}, true};
  }
  return open_hdf5(path, options, progress);
}

void read_corners(VolumeSource& source) {
  const Size3& size = source.grid().size;
  source.read({{0, 0, 0}, {1, 1, 1}});
  source.read({{size.x - 1, size.y - 1, size.z - 1}, size});
}

// HDF5 1.10 trusts the addresses in a file: damaged ones can crash it or keep it busy for ever. A
// child process opens the file first and reads its two corners.
Container open_hdf5_after_a_child(const std::filesystem::path& path, const OpenOptions& options,
                                  Progress& progress) {
  constexpr int limit_seconds = 60;
  const auto failure = failure_in_child(
      [&] {
        Progress silent;
        read_corners(*open_hdf5_of_any_kind(path, options, silent).source);
      },
      limit_seconds);
  if (failure) {
    throw format_error(path, "opening it " + *failure +
                                 " inside the HDF5 library; the file is damaged (or its disk "
                                 "hardly answers): copy it again, or look at it with h5dump");
  }
  return open_hdf5_of_any_kind(path, options, progress);
}

Container open_container(const Recognised& what, const OpenOptions& options, Progress& progress) {
  switch (what.format) {
    case ScanFormat::slice_folder:
      return open_slice_folder(what.path, options, progress);
    case ScanFormat::dicom:
      return open_dicom(what.path, options, progress);
    case ScanFormat::tiff:
      return open_tiff(what.path, options, progress);
    case ScanFormat::single_image:
      return open_single_image(what.path, options, progress);
    case ScanFormat::nrrd:
      return open_nrrd(what.path, options, progress);
    case ScanFormat::metaimage:
      return open_metaimage(what.path, options, progress);
    case ScanFormat::nifti:
      return open_nifti(what.path, options, progress);
    case ScanFormat::hdf5:
      return open_hdf5_after_a_child(what.path, options, progress);
    case ScanFormat::xradia:
      return open_xradia(what.path, options, progress);
    case ScanFormat::vgi:
      return open_vgi(what.path, options, progress);
    case ScanFormat::raw:
      return open_raw(what.path, options, progress);
  }
  __builtin_unreachable();
}

// Options that mean nothing for this container would otherwise be passed over in silence.
void require_fitting_options(const Recognised& what, const OpenOptions& options) {
  const std::string found = what.path.string() + " is " + std::string(name_of(what.format));
  if (!options.dataset.empty() && what.format != ScanFormat::hdf5) {
    throw option_error("--dataset", found + "; only HDF5 files have datasets");
  }
  if (options.level != 0 && what.format != ScanFormat::hdf5) {
    throw option_error("--level",
                       found + "; only volume files (.h5) have levels; use --downsample");
  }
  if (options.window && options.window_percentiles) {
    throw option_error("--window", "given twice, as values and as percentiles; give one");
  }
}

void require_level_is_ours(const Container& container, const OpenOptions& options,
                           const std::filesystem::path& path) {
  if (options.level != 0 && !container.spacing_is_settled) {
    throw option_error("--level", path.string() +
                                      " is no volume file of fossilct and has no levels; use "
                                      "--downsample");
  }
}

// From one voxel to the next, in the unit of the file's origin; nothing where the file has none.
std::optional<Vector3> step_of(const FoundSpacing& found) {
  for (const std::optional<double>& value : found.value) {
    if (!value || !std::isfinite(*value) || *value <= 0) {
      return std::nullopt;
    }
  }
  return Vector3{*found.value[0], *found.value[1], *found.value[2]};
}

// Where nobody knows the voxel size the origin is in voxels, as all lengths are.
void settle(Container& container, const OpenOptions& options, const std::filesystem::path& path) {
  ScanDescription& description = container.source->mutable_description();
  Grid& grid = description.grid;
  if (container.spacing_is_settled) {
    if (!options.spacing.spacing_um) {
      return;
    }
    const Vector3& own = grid.spacing_um;
    container.spacing = {{own.x, own.y, own.z},
                         grid.spacing_known ? SpacingUnit::micrometre : SpacingUnit::none,
                         false,
                         "the spacing of the volume file"};
  }
  const SettledSpacing settled = settle_spacing(container.spacing, options.spacing, path);
  grid.spacing_um = settled.spacing_um;
  grid.spacing_known = settled.known;
  description.notices.insert(description.notices.end(), settled.notices.begin(),
                             settled.notices.end());
  const Vector3 origin = grid.origin_um;
  if (const auto step = step_of(container.spacing); !settled.known && step) {
    grid.origin_um = in_voxel_edges(origin, grid.direction, *step);
    return;
  }
  if (settled.um_per_unit == 0 && !(origin == Vector3{})) {
    description.notices.push_back(path.string() +
                                  ": its origin is left out, since its unit is not known");
  }
  const double um = settled.um_per_unit;
  grid.origin_um = um == 0 ? Vector3{} : Vector3{origin.x * um, origin.y * um, origin.z * um};
}

void note_projections(ScanDescription& description, const std::filesystem::path& path) {
  if (!description.projections) {
    return;
  }
  const std::string use = "; fossils are found in reconstructed slices only";
  for (std::string& notice : description.notices) {
    if (notice.find("not a reconstruction") != std::string::npos) {
      notice += use;
      return;
    }
  }
  description.notices.push_back(
      path.string() + ": these are projections (radiographs), not a reconstruction" + use);
}

// Statistics hold one value for each of a few percents; others would be guesses. Said before the
// scan is read for them.
void require_percents_kept(const std::pair<double, double>& percents) {
  std::string known;
  for (const double percent : reported_percents) {
    known += (known.empty() ? "" : ", ") + format_number(percent);
  }
  for (const double percent : {percents.first, percents.second}) {
    if (std::find(reported_percents.begin(), reported_percents.end(), percent) ==
        reported_percents.end()) {
      throw option_error(
          "--window",
          format_number(percent) + " is no percentile that is kept; expected one of " + known);
    }
  }
}

double value_at_percent(const VolumeStatistics& statistics, double percent) {
  for (const auto& stored : statistics.percentiles) {
    if (stored.percent == percent) {
      return stored.value;
    }
  }
  throw option_error("--window", "the scan has no percentile " + format_number(percent) +
                                     " (is no voxel of it finite?); give the window as values");
}

std::optional<Window> window_of(const OpenOptions& options,
                                const std::optional<VolumeStatistics>& statistics,
                                const VolumeSource& source) {
  if (!options.window_percentiles) {
    return options.window;
  }
  const auto [low, high] = *options.window_percentiles;
  const Window window{value_at_percent(*statistics, low), value_at_percent(*statistics, high)};
  if (!(window.low < window.high)) {
    throw option_error("--window", "the percentiles " + format_number(low) + " and " +
                                       format_number(high) + " of " + source.description().format +
                                       " are both " + format_number(window.low) +
                                       "; give the window as values");
  }
  return window;
}

void require_any_finite(const VolumeStatistics& statistics, const std::filesystem::path& path) {
  if (statistics.finite_count == 0) {
    throw format_error(path, "holds no finite voxel (" + format_count(statistics.nan_count) +
                                 " NaN, " + format_count(statistics.infinite_count) +
                                 " infinite); look at how it was exported");
  }
}

bool may_hold_nan(const VolumeSource& source) {
  return source.type() == PixelType::f32 || source.type() == PixelType::f64;
}

// NaN and infinite voxels, in the scan as it is: replaced when asked for; else kept, unless what
// follows would make numbers of them.
std::unique_ptr<VolumeSource> with_finite_voxels(std::unique_ptr<VolumeSource> source,
                                                 const OpenOptions& options,
                                                 const std::filesystem::path& path,
                                                 Progress& progress) {
  if (!may_hold_nan(*source)) {
    return source;
  }
  if (!options.replace_nan) {
    const bool changes_values = options.downsample > 1 || options.window ||
                                options.window_percentiles ||
                                (options.type && is_integer(*options.type));
    return changes_values
               ? require_finite(std::move(source), path.string(),
                                "--downsample, --window and --type would make a number of it; "
                                "--replace-nan sets such voxels to the scan's minimum first")
               : std::move(source);
  }
  const VolumeStatistics statistics = statistics_of(*source, "statistics", progress);
  if (statistics.nan_count + statistics.infinite_count == 0) {
    return source;
  }
  require_any_finite(statistics, path);
  source->mutable_description().notices.push_back(
      format_count(statistics.nan_count) + " NaN and " + format_count(statistics.infinite_count) +
      " infinite voxels become the minimum, " + format_number(statistics.minimum));
  return replace_not_finite(std::move(source), statistics.minimum);
}

// Window and type.
std::unique_ptr<VolumeSource> with_values(std::unique_ptr<VolumeSource> source,
                                          const OpenOptions& options,
                                          const std::filesystem::path& path, Progress& progress) {
  std::optional<VolumeStatistics> statistics;
  if (options.window_percentiles) {
    statistics = statistics_of(*source, "statistics", progress);
    require_any_finite(*statistics, path);
  }
  const std::optional<Window> window = window_of(options, statistics, *source);
  if (options.type || window) {
    const PixelType type = options.type.value_or(source->type());
    source = convert(std::move(source), type, window);
  }
  return source;
}

std::unique_ptr<VolumeSource> with_geometry(std::unique_ptr<VolumeSource> source,
                                            const OpenOptions& options) {
  if (!options.reorientation.is_identity()) {
    source = reorient(std::move(source), options.reorientation);
  }
  if (options.roi) {
    source = crop(std::move(source), *options.roi);
  }
  if (options.downsample != 1) {
    source = downsample(std::move(source), options.downsample);
  }
  return source;
}

std::unique_ptr<VolumeSource> with_kind(std::unique_ptr<VolumeSource> source,
                                        const OpenOptions& options, Progress& progress) {
  if (options.labels) {
    source = as_labels(std::move(source), progress);
  }
  if (source->description().kind == VolumeKind::labels &&
      (options.window || options.window_percentiles)) {
    throw option_error("--window", "labels have no intensities to map; leave it out");
  }
  return source;
}

}  // namespace

std::unique_ptr<VolumeSource> open_scan(const std::filesystem::path& path,
                                        const OpenOptions& options, Progress& progress) {
  const Recognised what = recognise(path, options.raw.has_value());
  require_fitting_options(what, options);
  if (options.window_percentiles) {
    require_percents_kept(*options.window_percentiles);
  }
  Container container = open_container(what, options, progress);
  require_level_is_ours(container, options, path);
  settle(container, options, path);
  ScanDescription& description = container.source->mutable_description();
  description.notices.insert(description.notices.begin(), what.notices.begin(), what.notices.end());
  note_projections(description, path);
  try {
    check(description.grid);
  } catch (const Error&) {
    rethrow_with_context(path.string());
  }
  std::unique_ptr<VolumeSource> source = with_kind(std::move(container.source), options, progress);
  source = with_finite_voxels(std::move(source), options, path, progress);
  return with_values(with_geometry(std::move(source), options), options, path, progress);
}

}  // namespace fossilct
