// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/segmentation/cleaning_options.h"
#include "io/open_scan.h"
#include "networks/inference.h"
#include "segment/axis.h"
#include "segment/slice_predictor.h"

namespace fossilct {

// What `fossilct segment` is told.
struct SegmentSettings {
  std::filesystem::path scan;
  OpenOptions open;

  std::filesystem::path model;  // empty: the starter model
  bool no_resample = false;
  bool require_similar = false;
  struct Threshold {
    std::optional<double> value;  // nothing: Otsu's
  };
  std::optional<Threshold> threshold;  // instead of a model

  std::filesystem::path output;
  bool overwrite = false;
  bool restart = false;
  bool probabilities = false;
  bool uncertainty = false;

  std::vector<Axis> axes = {Axis::z, Axis::y, Axis::x};
  Views views = Views::none;
  std::int64_t tile = 0;  // 0: 1024 on a CPU, as large as fits on CUDA
  int batch = 0;          // 0: found by a probe
  bool no_skip = false;
  bool probe = false;  // tell what it takes, write nothing
  std::string device = "auto";
  Precision precision = Precision::automatic;
  double memory_gib = 0;  // 0: 70% of what is free

  CleaningSettings cleaning;
};

void declare_segment_options(OptionSet& options, SegmentSettings& settings);

// Throws Error{option} for options that contradict each other.
void check_segment_options(const std::vector<GivenOption>& given, const SegmentSettings& settings);

}  // namespace fossilct
