// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "segment/instance_scores.h"
#include "segment/surface_distances.h"
#include "segment/volume_scores.h"
#include "volumes/grid.h"
#include "volumes/label_classes.h"

namespace fossilct {

// All that `fossilct evaluate` has found.
struct Evaluation {
  std::string prediction;  // names, as given
  std::string truth;
  Grid grid;
  std::vector<LabelClass> classes;
  std::vector<std::int64_t> slice_numbers;  // a number a slice along z
  VoxelCounts voxels;
  Scores scores;
  std::vector<SurfaceScores> surfaces;  // of class k at place k; empty for the background
  std::optional<InstanceScores> bodies;
};

// Tables for a terminal.
std::string evaluation_text(const Evaluation& evaluation);
// Every figure, under stable names; lengths in `distance_unit`, null where there is none.
Json to_json(const Evaluation& evaluation);
// The errors of each slice along z as an SVG file: IoU of the foreground, and the voxels that are
// wrong. The same evaluation gives the same bytes.
std::string errors_picture(const Evaluation& evaluation);

}  // namespace fossilct
