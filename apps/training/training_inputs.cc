// SPDX-License-Identifier: Apache-2.0
#include "apps/training/training_inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "apps/training/training_labels.h"
#include "base/error.h"
#include "base/text.h"
#include "filters/resample.h"
#include "io/label_slices.h"
#include "segment/scores.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr double noticeable_spacing = 1.1;
constexpr double most_spacing = 2;

struct Opened {
  std::string name;
  std::unique_ptr<VolumeSource> scan;
  std::vector<std::int64_t> places;  // of the labels' slices in the scan
};

// Scans for one purpose, and the labels of each.
struct Part {
  std::vector<Opened> scans;
  std::vector<FoundLabels> labels;
};

std::unique_ptr<VolumeSource> open_intensities(const std::filesystem::path& path,
                                               const OpenOptions& options, Progress& progress) {
  auto source = open_scan(path, options, progress);
  if (source->description().kind == VolumeKind::labels) {
    throw Error(ErrorKind::format, path.string() +
                                       ": holds labels; expected the scan (--scan), the labels "
                                       "belong to --labels");
  }
  report_notices(source->description(), progress);
  return require_finite(std::move(source), path.string(),
                        "nothing is learned from what is no number; --replace-nan sets such "
                        "voxels to the scan's minimum");
}

std::unique_ptr<VolumeSource> open_labels(const std::filesystem::path& path,
                                          const TrainingInputs& inputs, Progress& progress) {
  OpenOptions options = inputs.labels;
  options.some_slices = true;
  options.spacing = inputs.scans.spacing;
  options.threads = inputs.scans.threads;
  return open_label_volume(path, options, progress);
}

void require_same_plane(const Opened& opened, const FoundLabels& found) {
  const Size3& labels = found.source->grid().size;
  const Size3& scan = opened.scan->grid().size;
  if (labels.x == scan.x && labels.y == scan.y) {
    return;
  }
  throw Error(ErrorKind::format,
              found.name + ": the labels are " + size_text(labels) + " voxels, the scan " +
                  opened.name + " is " + size_text(scan) +
                  "; expected one label for each voxel: is it the mask of another scan, or of "
                  "another resolution?");
}

void open_pair(const ScanAndLabels& pair, const TrainingInputs& inputs, Part& part,
               Progress& progress) {
  Opened opened = {pair.scan.string(), open_intensities(pair.scan, inputs.scans, progress), {}};
  FoundLabels found = {pair.labels.string(), open_labels(pair.labels, inputs, progress), {}};
  require_same_plane(opened, found);
  LabelPlaces places = places_of_label_slices(found.source->description(), found.name,
                                              opened.scan->description(), opened.name);
  if (!places.note.empty()) {
    progress.notice(places.note);
  }
  opened.places = std::move(places.places);
  require_same_place({"the labels", found.name, found.source->description()},
                     {"the scan", opened.name, opened.scan->description()});
  try {
    found.values = label_values(*found.source, "labels", progress);
  } catch (const Error&) {
    rethrow_with_context(found.name);
  }
  part.scans.push_back(std::move(opened));
  part.labels.push_back(std::move(found));
}

Part open_part(const std::vector<ScanAndLabels>& pairs, const TrainingInputs& inputs,
               Progress& progress) {
  Part part;
  for (const ScanAndLabels& pair : pairs) {
    open_pair(pair, inputs, part, progress);
  }
  return part;
}

// The scan whose voxel size the others are compared with.
struct FirstScan {
  std::string name;
  Grid grid;
};

// A network learns what fossils look like at one voxel size.
void require_like_first(const Opened& opened, const FirstScan& first, bool resample,
                        Progress& progress) {
  const Grid& grid = opened.scan->grid();
  if (grid.spacing_known != first.grid.spacing_known) {
    progress.warning("the voxel size of " + (grid.spacing_known ? first.name : opened.name) +
                     " is not known; that of " + (grid.spacing_known ? opened.name : first.name) +
                     " may be another");
    return;
  }
  const double ratio = spacing_ratio(grid.spacing_um, first.grid.spacing_um);
  if (ratio <= noticeable_spacing || resample) {
    return;
  }
  const std::string both = "the voxels of " + opened.name + " are " + spacing_text(grid) +
                           ", those of " + first.name + " " + spacing_text(first.grid);
  if (ratio > most_spacing) {
    throw Error(ErrorKind::format,
                both +
                    "; fossils would be of very different size in voxels: "
                    "--resample brings all scans to the voxel size of the first");
  }
  progress.warning(both + "; --resample would bring them to one size");
}

void resample_like(const FirstScan& first, LabelledScan& scan, Progress& progress) {
  const ScanDescription& own = scan.scan->description();
  if (!first.grid.spacing_known || !own.grid.spacing_known ||
      spacing_ratio(own.grid.spacing_um, first.grid.spacing_um) <= same_spacing) {
    return;
  }
  if (own.slice_step > 1) {
    throw option_error("--resample", scan.name +
                                         ": its slices are not neighbours, so nothing can be "
                                         "interpolated between them; leave this scan out");
  }
  const std::string before = spacing_text(own.grid);
  scan.scan = resample(std::move(scan.scan), first.grid.spacing_um);
  scan.labels = resample(std::move(scan.labels), first.grid.spacing_um);
  progress.notice(scan.name + ": resampled from voxels of " + before + " to " +
                  spacing_text(first.grid) + ", " + size_text(scan.size()) + " of them");
}

LabelledScan labelled_scan(Opened opened, FoundLabels found, const ClassValues& values) {
  LabelledScan result;
  result.name = opened.name;
  result.scan = std::move(opened.scan);
  result.labels = spread_slices(class_numbers(std::move(found.source), values), opened.places,
                                result.scan->description(), ignored_label);
  return result;
}

// A model's classes are 0, 1, 2 ...; the labels' values may have been others.
std::vector<LabelClass> numbered(std::vector<LabelClass> classes, Progress& progress) {
  std::string changes;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto number = static_cast<std::int64_t>(k);
    if (classes[k].value != number) {
      changes += (changes.empty() ? "" : ", ") + std::to_string(classes[k].value) + " becomes " +
                 std::to_string(number) + " (" + classes[k].name + ")";
      classes[k].value = number;
    }
  }
  if (!changes.empty()) {
    progress.notice("label values become the numbers of classes: " + changes);
  }
  return classes;
}

// What all parts have in common.
struct Common {
  FirstScan first;
  ClassValues values;
  bool resample = false;
};

std::vector<LabelledScan> labelled_scans(Part part, const Common& common, Progress& progress) {
  std::vector<LabelledScan> scans;
  for (std::size_t i = 0; i < part.scans.size(); ++i) {
    LabelledScan scan =
        labelled_scan(std::move(part.scans[i]), std::move(part.labels[i]), common.values);
    if (common.resample) {
      resample_like(common.first, scan, progress);
    }
    scans.push_back(std::move(scan));
  }
  return scans;
}

}  // namespace

TrainingData open_training_data(const TrainingInputs& inputs, Progress& progress) {
  std::array parts = {open_part(inputs.training, inputs, progress),
                      open_part(inputs.validation, inputs, progress),
                      open_part(inputs.test, inputs, progress)};
  const Part& training = parts[0];
  const FirstScan first = {training.scans.front().name, training.scans.front().scan->grid()};
  const std::vector<LabelClass> classes =
      classes_of(training.labels, inputs.classes, inputs.ignored);
  for (const Part& part : parts) {
    for (const FoundLabels& labels : part.labels) {
      require_known_values(labels, classes, inputs.ignored);
    }
    for (const Opened& opened : part.scans) {
      require_like_first(opened, first, inputs.resample, progress);
    }
  }
  require_several_classes(training.labels, classes, inputs.ignored, progress);
  const Common common = {first, values_of(classes, inputs.ignored), inputs.resample};
  TrainingData data;
  data.training = labelled_scans(std::move(parts[0]), common, progress);
  data.validation = labelled_scans(std::move(parts[1]), common, progress);
  data.test = labelled_scans(std::move(parts[2]), common, progress);
  data.classes = numbered(classes, progress);
  return data;
}

void require_neighbours(const TrainingData& data, const std::vector<Axis>& axes, int context) {
  const bool only_z = axes == std::vector{Axis::z};
  for (const auto* scans : {&data.training, &data.validation, &data.test}) {
    for (const LabelledScan& scan : *scans) {
      const std::int64_t step = scan.scan->description().slice_step;
      if (step > 1 && (!only_z || context > 0)) {
        throw option_error(only_z ? "--context" : "--axes",
                           scan.name + " has only every " + std::to_string(step) +
                               "th slice: they are not neighbours, so nothing can be learned "
                               "across them; give --axes z --context 0");
      }
    }
  }
}

}  // namespace fossilct
