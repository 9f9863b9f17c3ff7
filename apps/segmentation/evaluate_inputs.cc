// SPDX-License-Identifier: Apache-2.0
#include "apps/segmentation/evaluate_inputs.h"

#include <array>
#include <span>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/scans/label_volumes.h"
#include "apps/scans/scan_report.h"
#include "apps/training/training_labels.h"
#include "base/error.h"
#include "io/label_slices.h"
#include "segment/scores.h"
#include "volumes/block_cache.h"

namespace fossilct {

namespace {

// Labels are read three times and more; what is small is kept.
constexpr std::int64_t most_kept_bytes = std::int64_t{256} << 20;

// A volume that was given, and its part in messages.
struct Given {
  std::string what;
  std::string name;
  std::unique_ptr<VolumeSource> source;

  SpokenOf spoken() const { return {what, name, source->description()}; }
};

Given open_given(const std::string& what, const std::filesystem::path& path, bool some_slices,
                 const EvaluateInputs& inputs, Progress& progress) {
  OpenOptions options;
  options.spacing = inputs.spacing;
  options.some_slices = some_slices;
  options.scratch = inputs.scratch;
  options.threads = inputs.threads;
  Given given = {what, path.string(), open_label_volume(path, options, progress)};
  if (decoded_bytes(*given.source) <= most_kept_bytes) {
    given.source = cached(std::move(given.source), most_kept_bytes);
  }
  return given;
}

void require_same_size(const Given& given, const Given& prediction, bool may_have_fewer_slices) {
  const Size3& a = given.source->grid().size;
  const Size3& b = prediction.source->grid().size;
  if (a.x == b.x && a.y == b.y && (a.z == b.z || (may_have_fewer_slices && a.z < b.z))) {
    return;
  }
  throw Error(ErrorKind::format, given.name + ": the size of " + given.what + " is " +
                                     size_text(a) + " voxels, that of " + prediction.what + " " +
                                     prediction.name + " is " + size_text(b) +
                                     "; expected the same voxels: is one of them of another scan, "
                                     "a part of it, or of another resolution?");
}

FoundLabels found_in(Given given, Progress& progress) {
  FoundLabels found = {given.name, std::move(given.source), {}};
  try {
    found.values = label_values(*found.source, "labels", progress);
  } catch (const Error&) {
    rethrow_with_context(found.name);
  }
  return found;
}

void warn_of_other_names(const FoundLabels& truth, const std::vector<LabelClass>& classes,
                         Progress& progress) {
  for (const LabelClass& c : truth.source->description().classes) {
    for (const LabelClass& known : classes) {
      if (c.value == known.value && c.name != known.name) {
        progress.warning(truth.name + ": label " + std::to_string(c.value) + " is " + c.name +
                         ", in the prediction it is " + known.name +
                         "; classes are compared by value");
      }
    }
  }
}

std::vector<LabelClass> compared_classes(const std::array<FoundLabels, 2>& labels,
                                         const EvaluateInputs& inputs, Progress& progress) {
  const bool prediction_names = !labels[0].source->description().classes.empty();
  const std::span<const FoundLabels> naming(labels.data(), prediction_names ? 1 : 2);
  const std::vector<LabelClass> classes = classes_of(naming, inputs.classes, inputs.ignored);
  // In a prediction every voxel has a class.
  require_known_values(labels[0], classes, std::nullopt);
  require_known_values(labels[1], classes, inputs.ignored);
  warn_of_other_names(labels[1], classes, progress);
  return classes;
}

void warn_of_no_foreground(const FoundLabels& truth, const EvaluateInputs& inputs,
                           Progress& progress) {
  std::int64_t foreground = 0, ignored = 0;
  for (const auto& [value, found] : truth.values) {
    const bool is_ignored = value == inputs.ignored;
    ignored += is_ignored ? found.count : 0;
    foreground += !is_ignored && value != 0 ? found.count : 0;
  }
  if (foreground == 0) {
    progress.warning(truth.name + ": the truth has no foreground" +
                     (ignored == 0 ? std::string()
                                   : "; " + counted(ignored, "voxel") + " have the value " +
                                         std::to_string(*inputs.ignored) +
                                         ", which stands for \"nobody has looked\" (--ignore)"));
  }
}

// The voxel size of whichever volume knows it.
Grid common_grid(const VolumeSource& prediction, const VolumeSource& truth,
                 const SpacingOptions& spacing, Progress& progress) {
  Grid grid = prediction.grid();
  if (!grid.spacing_known && truth.grid().spacing_known && truth.grid().size.z == grid.size.z) {
    grid.spacing_um = truth.grid().spacing_um;
    grid.spacing_known = true;
  }
  if (!grid.spacing_known && !spacing.unknown) {
    progress.warning(
        "neither volume states its voxel size: distances are in voxels; --spacing-um tells it");
  }
  return grid;
}

std::unique_ptr<VolumeSource> open_ids(const std::string& what, const std::filesystem::path& path,
                                       const Given& prediction, const EvaluateInputs& inputs,
                                       Progress& progress) {
  if (path.empty()) {
    return nullptr;
  }
  Given ids = open_given(what, path, false, inputs, progress);
  require_same_size(ids, prediction, false);
  require_same_place(ids.spoken(), prediction.spoken());
  return std::move(ids.source);
}

}  // namespace

ComparedVolumes open_compared(const EvaluateInputs& inputs, Progress& progress) {
  Given prediction = open_given("the prediction", inputs.prediction, false, inputs, progress);
  Given truth = open_given("the truth", inputs.truth, true, inputs, progress);
  require_same_size(truth, prediction, true);
  const LabelPlaces places = places_of_label_slices(
      truth.source->description(), truth.name, prediction.source->description(), prediction.name);
  if (!places.note.empty()) {
    progress.notice(places.note);
  }
  require_same_place(truth.spoken(), prediction.spoken());
  ComparedVolumes compared;
  compared.ids_prediction =
      open_ids("the predicted bodies", inputs.ids_prediction, prediction, inputs, progress);
  compared.ids_truth = open_ids("the true bodies", inputs.ids_truth, prediction, inputs, progress);
  compared.grid = common_grid(*prediction.source, *truth.source, inputs.spacing, progress);
  std::array labels = {found_in(std::move(prediction), progress),
                       found_in(std::move(truth), progress)};
  compared.classes = compared_classes(labels, inputs, progress);
  warn_of_no_foreground(labels[1], inputs, progress);
  compared.prediction =
      class_numbers(std::move(labels[0].source), values_of(compared.classes, std::nullopt));
  compared.truth = spread_slices(
      class_numbers(std::move(labels[1].source), values_of(compared.classes, inputs.ignored)),
      places.places, compared.prediction->description(), ignored_label);
  return compared;
}

}  // namespace fossilct
