// SPDX-License-Identifier: Apache-2.0
#include "apps/segmentation/segment_options.h"

#include <algorithm>
#include <cmath>

#include "apps/cli/command_line.h"
#include "apps/cli/output_check.h"
#include "apps/scans/scan_options.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

bool is_given(const std::vector<GivenOption>& given, const std::string& name) {
  return std::any_of(given.begin(), given.end(),
                     [&](const GivenOption& option) { return option.name == name; });
}

SegmentSettings::Threshold parse_threshold(const std::string& text) {
  const auto value = parse_double(text);
  if (text != "otsu" && !(value && std::isfinite(*value))) {
    throw option_error(
        "--threshold",
        "'" + printable(text) + "' is neither the word otsu nor an intensity of the scan");
  }
  return {value};
}

std::int64_t parse_tile(const std::string& text) {
  constexpr std::int64_t least = 64, most = 65536;
  const auto tile = parse_integer(text);
  if (text == "auto") {
    return 0;
  }
  if (!tile || *tile < least || *tile > most) {
    throw option_error("--tile",
                       "'" + printable(text) + "' is neither auto nor a number from 64 to 65536");
  }
  return *tile;
}

void declare_model(OptionSet& options, SegmentSettings& s) {
  options.section("What finds the fossils");
  options.path(
      "model", "FILE", &s.model,
      "A model that `fossilct train` wrote; starter, or none: the starter model, which was "
      "trained on phantoms only");
  options.parsed(
      "threshold", "otsu|VALUE",
      [&s](const std::string& text) { s.threshold = parse_threshold(text); },
      "No model: all voxels above this intensity, for scans of loose specimens in air");
  options.flag("require-similar", &s.require_similar,
               "Refuse a scan that is far from those the model was trained on, instead of warning");
}

void declare_output(OptionSet& options, SegmentSettings& s) {
  options.section("Output");
  options.path("output,o", "FILE", &s.output, "The labels, a volume file (.h5)");
  options.flag("overwrite", &s.overwrite, "Replace the outputs where they exist");
  options.flag("probabilities", &s.probabilities,
               "Write the probability of each class as well, NAME.probability-CLASS.h5 (255 = 1)");
  options.flag("uncertainty", &s.uncertainty,
               "Write how unsure the labels are, NAME.entropy.h5, and how much of it comes of axes "
               "and mirrorings that disagree, NAME.disagreement.h5 (255 = the most there can be)");
  options.flag("restart", &s.restart, "Begin anew where an interrupted run left finished slabs");
}

void declare_prediction(OptionSet& options, SegmentSettings& s) {
  options.section("Prediction");
  options.parsed(
      "axes", "AXES", [&s](const std::string& text) { s.axes = parse_axes("--axes", text); },
      "Directions that slices are cut along; their probabilities are averaged", name_of(s.axes));
  options.choice<Views>("tta", &s.views,
                        {{"none", Views::none}, {"flips", Views::flips}, {"full", Views::full}},
                        "Show each slice mirrored as well (flips: 4 ways), and turned (full: 8 "
                        "ways), and average");
  options.parsed(
      "tile", "N|auto", [&s](const std::string& text) { s.tile = parse_tile(text); },
      "Slices of more rows or columns are cut into tiles of at most so many, which overlap by half",
      "auto");
  options.integer("batch", "N", &s.batch, 0, 1024,
                  "Slices that a GPU is given at once; 0 = as many as are fastest");
  options.flag("no-skip", &s.no_skip,
               "Predict slices and tiles that hold only the air around the core, too");
  options.flag("no-resample", &s.no_resample,
               "Refuse a scan whose voxel size differs by more than 10% from the model's, "
               "instead of resampling it on the way");
  options.section("Machine");
  options.flag(
      "probe", &s.probe,
      "Predict one slice of each axis, tell what the whole takes, and end; writes nothing");
  options.text("device", "DEVICE", &s.device, "auto, cpu, cuda, cuda:1 ..., or cuda:all");
  options.choice<Precision>("precision", &s.precision,
                            {{"auto", Precision::automatic},
                             {"fp32", Precision::fp32},
                             {"bf16", Precision::bf16},
                             {"fp16", Precision::fp16}},
                            "Numbers the network multiplies");
  options.number("memory", "GIB", &s.memory_gib, 0, 1e6,
                 "Refuse to begin where more memory would be needed; 0 = 70% of what is free");
}

}  // namespace

void declare_segment_options(OptionSet& options, SegmentSettings& settings) {
  options.positional("scan", &settings.scan, "The scan: a file or a folder");
  declare_output(options, settings);
  declare_model(options, settings);
  declare_prediction(options, settings);
  declare_cleaning_options(options, settings.cleaning);
  declare_reading_options(options, settings.open);
  declare_changing_options(options, settings.open);
}

void check_segment_options(const std::vector<GivenOption>& given, const SegmentSettings& settings) {
  if (settings.output.empty() && !settings.probe) {
    throw Error(ErrorKind::option, "--output is missing: the labels, a volume file (.h5)");
  }
  if (!settings.output.empty()) {
    require_volume_file_name("--output", settings.output);
  }
  check_scan_options(settings.open);
  if (!settings.threshold) {
    return;
  }
  for (const char* name :
       {"model", "require-similar", "probabilities", "uncertainty", "axes", "tta", "tile", "batch",
        "no-skip", "no-resample", "restart", "device", "precision", "probe"}) {
    if (is_given(given, name)) {
      throw option_error("--" + std::string(name),
                         "belongs to a network; --threshold does without one");
    }
  }
}

}  // namespace fossilct
