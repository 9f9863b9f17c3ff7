// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/extract_inputs.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "base/error.h"
#include "base/text.h"
#include "io/open_scan.h"

namespace fossilct {

namespace {

void require_same_size(const SpokenOf& a, const SpokenOf& b) {
  if (a.description.grid.size != b.description.grid.size) {
    throw Error(ErrorKind::format,
                a.name + ": the size of " + a.what + " is " + size_text(a.description.grid.size) +
                    " voxels, that of " + b.what + " " + b.name + " is " +
                    size_text(b.description.grid.size) +
                    "; expected the same voxels: is one of them of another scan, a part of it, or "
                    "of another resolution?");
  }
}

void require_same_voxels(const SpokenOf& a, const SpokenOf& b) {
  require_same_size(a, b);
  require_same_place(a, b);
}

void require_measurable(const std::string& name, const ScanDescription& description) {
  if (description.projections) {
    throw Error(ErrorKind::format, name + ": holds radiographs; expected a reconstructed scan");
  }
  if (description.slice_step > 1) {
    throw Error(ErrorKind::format, name + ": holds every " +
                                       std::to_string(description.slice_step) +
                                       "th slice only; fossils can't be measured across the gaps");
  }
}

std::shared_ptr<VolumeSource> open_intensities(const ExtractSettings& settings,
                                               Progress& progress) {
  std::shared_ptr<VolumeSource> scan = open_scan(settings.scan, settings.open, progress);
  report_notices(scan->description(), progress);
  if (scan->description().kind == VolumeKind::labels) {
    throw Error(ErrorKind::format,
                settings.scan.string() + ": holds labels; expected the intensities of a scan");
  }
  require_measurable(settings.scan.string(), scan->description());
  return scan;
}

// With a scan the voxel size is the scan's to tell.
std::shared_ptr<VolumeSource> open_labels(const ExtractSettings& settings, Progress& progress) {
  OpenOptions open = settings.open;
  open.labels = true;
  std::shared_ptr<VolumeSource> labels;
  if (settings.scan.empty()) {
    labels = open_scan(settings.labels, open, progress);
    report_notices(labels->description(), progress);
  } else {
    labels = open_label_volume(settings.labels, open, progress);
  }
  require_measurable(settings.labels.string(), labels->description());
  if (!is_label_type(labels->type())) {
    throw Error(ErrorKind::format, settings.labels.string() + ": its voxels are " +
                                       std::string(name_of(labels->type())) +
                                       "; expected labels: whole numbers from 0 (u8, u16, u32)");
  }
  return labels;
}

std::shared_ptr<VolumeSource> open_uncertainty(const ExtractSettings& settings,
                                               const SpokenOf& labels, Progress& progress) {
  if (settings.uncertainty.empty()) {
    return nullptr;
  }
  OpenOptions open = settings.open;
  open.spacing.unknown = true;
  open.dataset.clear();
  std::shared_ptr<VolumeSource> source = open_scan(settings.uncertainty, open, progress);
  require_same_voxels({"the uncertainty", settings.uncertainty.string(), source->description()},
                      labels);
  if (source->type() != PixelType::u8) {
    throw Error(ErrorKind::format,
                settings.uncertainty.string() + ": its voxels are " +
                    std::string(name_of(source->type())) +
                    "; expected u8, 255 = the most, as `fossilct segment --uncertainty` writes");
  }
  return source;
}

// Labels of `segment` know the scan they were made of.
void warn_of_other_scan(const ExtractSettings& settings, const ExtractInputs& inputs,
                        Progress& progress) {
  const Json& provenance = inputs.labels->description().provenance;
  if (!provenance.is_object() || !provenance.contains("sources") ||
      !provenance["sources"].is_array() || !provenance.contains("prediction")) {
    return;
  }
  for (const Json& source : provenance["sources"]) {
    if (source.value("sha256", "") != inputs.scan_identity.sha256) {
      progress.warning(settings.labels.string() + ": was made of " + source.value("name", "") +
                       ", whose bytes are others than those of " + settings.scan.string() +
                       "; are the labels of this scan?");
    }
  }
}

// Names that many a scan has.
constexpr std::array usual_names = {
    "scan",  "scans", "slice", "slices", "image",  "images",         "stack", "volume",
    "vol",   "data",  "ct",    "recon",  "rec",    "reconstruction", "tif",   "tiff",
    "dicom", "dcm",   "raw",   "nrrd",   "labels", "label",          "mask",  "masks"};

// Micrometres that can't be told from voxels.
void warn_of_no_voxel_size(const ExtractSettings& settings, const Grid& grid, Progress& progress) {
  const double diameter = settings.extraction.min_diameter_um;
  if (!grid.spacing_known && diameter > 0) {
    progress.warning("the voxel size is not known: --min-diameter-um " + format_number(diameter) +
                     " is taken as " + format_number(diameter) +
                     " voxel edges; --spacing-um tells the size");
  }
}

}  // namespace

ExtractInputs open_extract_inputs(const ExtractSettings& settings, const CommandContext& context) {
  Progress& progress = context.progress;
  ExtractInputs inputs;
  inputs.labels = open_labels(settings, progress);
  inputs.grid = inputs.labels->grid();
  inputs.classes = inputs.labels->description().classes;
  inputs.scan_description = inputs.labels->description();
  if (settings.classes.empty() && !settings.extraction.classes_apart) {
    if (has_more_values_than(most_values_of_labels, *inputs.labels)) {
      progress.warning(many_values_text(settings.labels) +
                       " All but 0 is taken for fossils; --classes and --apart tell otherwise");
    }
  }
  const SpokenOf labels = {"the labels", settings.labels.string(), inputs.labels->description()};
  inputs.uncertainty = open_uncertainty(settings, labels, progress);
  inputs.labels_identity = identity_of(settings.labels, inputs.labels->description(), progress);
  if (!settings.scan.empty()) {
    inputs.scan = open_intensities(settings, progress);
    require_same_voxels(labels, {"the scan", settings.scan.string(), inputs.scan->description()});
    inputs.grid = inputs.scan->grid();
    inputs.scan_description = inputs.scan->description();
    inputs.scan_identity = identity_of(settings.scan, inputs.scan->description(), progress);
    warn_of_other_scan(settings, inputs, progress);
    inputs.labels->mutable_description().grid = inputs.grid;
  }
  warn_of_no_voxel_size(settings, inputs.grid, progress);
  return inputs;
}

std::string default_scan_name(const ExtractInputs& inputs) {
  const Json& source = inputs.scan ? inputs.scan_identity.source : inputs.labels_identity.source;
  const std::filesystem::path name = source.at("name").get<std::string>();
  const std::filesystem::path path = source.at("path").get<std::string>();
  const std::string folder = path.parent_path().filename().string();
  const std::string stem = name.stem().string();
  if (!folder.empty() && std::ranges::find(usual_names, lower(stem)) != usual_names.end()) {
    return folder;
  }
  return name.extension() == ".h5" ? stem : name.string();
}

}  // namespace fossilct
