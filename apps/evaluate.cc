// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "apps/cli/command.h"
#include "apps/cli/output_check.h"
#include "apps/cli/provenance.h"
#include "apps/scans/scan_options.h"
#include "apps/scans/scan_report.h"
#include "apps/segmentation/evaluate_inputs.h"
#include "apps/segmentation/evaluation.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  EvaluateInputs inputs;
  fs::path picture;
  bool overwrite = false;
};

void require_both_ids(const EvaluateInputs& inputs) {
  if (inputs.ids_prediction.empty() != inputs.ids_truth.empty()) {
    const bool first = inputs.ids_truth.empty();
    throw option_error(first ? "--ids-prediction" : "--ids-truth",
                       std::string("needs ") + (first ? "--ids-truth" : "--ids-prediction") +
                           ": bodies are compared with bodies");
  }
}

void require_picture(const EvaluateOptions& options) {
  const EvaluateInputs& in = options.inputs;
  if (options.picture.empty()) {
    return;
  }
  if (lower(options.picture.extension().string()) != ".svg") {
    throw option_error("--picture", "'" + options.picture.string() +
                                        "': the picture is an SVG file; give a name in .svg");
  }
  require_apart("--picture", options.picture, AtomicKind::file,
                {in.prediction, in.truth, in.ids_prediction, in.ids_truth});
  require_output(options.picture, AtomicKind::file,
                 options.overwrite ? IfExists::replace : IfExists::refuse);
}

std::vector<std::int64_t> slice_numbers_of(const ScanDescription& description) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t z = 0; z < description.grid.size.z; ++z) {
    numbers.push_back(slice_number(description, z));
  }
  return numbers;
}

Evaluation evaluate(const EvaluateInputs& inputs, ComparedVolumes volumes, Progress& progress) {
  VolumeSource& prediction = *volumes.prediction;
  VolumeSource& truth = *volumes.truth;
  const auto classes = static_cast<int>(volumes.classes.size());
  VoxelCounts voxels = count_voxels(prediction, truth, classes, inputs.threads, progress);
  Scores scores = scores_of(voxels.confusion);
  const SurfaceOptions surfaces = {
      .classes = classes, .spacing = volumes.grid.spacing_um, .threads = inputs.threads};
  Evaluation result = {.prediction = inputs.prediction.string(),
                       .truth = inputs.truth.string(),
                       .grid = volumes.grid,
                       .classes = volumes.classes,
                       .slice_numbers = slice_numbers_of(prediction.description()),
                       .voxels = std::move(voxels),
                       .scores = std::move(scores),
                       .surfaces = surface_scores(prediction, truth, surfaces, progress),
                       .bodies = std::nullopt};
  if (volumes.ids_prediction) {
    result.bodies =
        scores_of(count_overlaps(*volumes.ids_prediction, *volumes.ids_truth, &truth, progress));
  }
  return result;
}

class EvaluateCommand : public Command {
 public:
  CommandHelp help() const override {
    return {
        "evaluate --prediction LABELS --truth LABELS [options]",
        {"Compares labels that were predicted with those that are true, voxel by voxel, surface by "
         "surface and, where --ids-prediction and --ids-truth number the bodies, body by body. "
         "Labels are anything that `fossilct import` reads; what needs options to be read is "
         "imported first. The truth may be masks of a few slices (a folder of images with the "
         "numbers of the prediction's slices); the others then count as not looked at. All is "
         "read slab by slab.",
         "Surface Dice is the share of both surfaces within 1 or 2 voxels of the other; the mean "
         "distance is between the two surfaces, the 95% Hausdorff distance the larger of the two "
         "95th percentiles. Surface voxels have one of 6 neighbours of another class, or lie at "
         "the border of the volume. Distances beyond 64 voxels count as 64.",
         "A body is matched where its IoU with one of the truth is at least the threshold; AP is "
         "TP / (TP + FP + FN), as in the 2018 Data Science Bowl and StarDist, and its mean over "
         "thresholds 0.5 to 0.95. Merged: a predicted body that has more than half of each of "
         "several true ones in it; split: a true one that has more than half of each of several "
         "predicted ones in it."},
        {{"fossilct evaluate --prediction found.h5 --truth truth.h5",
          "Scores of each class, as tables."},
         {"fossilct evaluate --prediction found.h5 --truth masks/ --picture errors.svg",
          "Masks of some slices as the truth, and a picture of the errors by slice."},
         {"fossilct evaluate -p found.h5 -t gt.h5 --ids-prediction ids.h5 --ids-truth gt_ids.h5 "
          "--json",
          "Single fossils too; every figure for a program."},
         {"fossilct evaluate -p found.tif -t gt.tif --spacing-um 0.71 --class 1=foram",
          "Voxel size and names that the files do not state."}}};
  }

  void declare(OptionSet& options) override {
    EvaluateInputs& in = options_.inputs;
    options.section("What is compared");
    options.path("prediction,p", "LABELS", &in.prediction, "The labels that were predicted");
    options.require();
    options.path("truth,t", "LABELS", &in.truth,
                 "Those that are true: of the same size, or masks of some slices");
    options.require();
    options.path("ids-prediction", "IDS", &in.ids_prediction,
                 "Numbers of the predicted bodies, 0 where there is none");
    options.path("ids-truth", "IDS", &in.ids_truth, "Numbers of the true bodies");
    options.repeated(
        "class", "VALUE=NAME[:#RRGGBB]",
        [&in](const std::string& text) { in.classes.push_back(parse_label_class(text)); },
        "Name of a label value; without any those of the prediction's file, of the truth's, or "
        "the values that are found. 0 is background");
    options.parsed(
        "ignore", "VALUE|none",
        [&in](const std::string& text) { in.ignored = parse_ignored_label(text); },
        "Value of the truth where nobody has looked: such voxels count nowhere",
        std::to_string(*in.ignored));
    options.section("Output");
    options.path("picture", "FILE", &options_.picture,
                 "Draw the errors of each slice into this file (.svg)");
    options.flag("overwrite", &options_.overwrite, "Replace the picture where it exists");
    options.section("Voxel size, of all volumes");
    declare_spacing_options(options, in.spacing);
    options.section("Reading");
    options.path("scratch", "FOLDER", &in.scratch,
                 "Where a file that can't be read in pieces is unpacked; without it TMPDIR or "
                 "/tmp");
  }

  CommandResult run(const CommandContext& context) override {
    const auto began = std::chrono::steady_clock::now();
    EvaluateInputs& in = options_.inputs;
    OpenOptions spacing;
    spacing.spacing = in.spacing;
    check_scan_options(spacing);
    require_both_ids(in);
    require_picture(options_);
    in.threads = context.common.threads;
    ComparedVolumes volumes = open_compared(in, context.progress);
    if (!options_.picture.empty()) {
      for (const VolumeSource* const source : {volumes.prediction.get(), volumes.truth.get()}) {
        require_apart("--picture", options_.picture, AtomicKind::file, source->description().files);
      }
    }
    const Evaluation evaluation = evaluate(in, std::move(volumes), context.progress);
    if (!options_.picture.empty()) {
      write_file_atomically(options_.picture, errors_picture(evaluation));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return result(evaluation, took.count());
  }

 private:
  CommandResult result(const Evaluation& evaluation, double seconds) const {
    const Facts facts = {{"picture", options_.picture.string()},
                         {"took", format_duration(seconds)}};
    Json json = to_json(evaluation);
    json["picture"] = options_.picture.empty() ? Json() : Json(options_.picture.string());
    json["seconds"] = seconds;
    return {as_utf8(json), evaluation_text(evaluation) + "\n" + facts_text(facts), false};
  }

  EvaluateOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command() { return std::make_unique<EvaluateCommand>(); }

}  // namespace fossilct
