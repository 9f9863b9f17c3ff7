// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "filters/intensity_scale.h"
#include "networks/network.h"
#include "segment/axis.h"
#include "segment/normalisation.h"
#include "volumes/grid.h"
#include "volumes/label_classes.h"
#include "volumes/statistics.h"

namespace fossilct {

// Of each channel of a layer, over pixels.
struct FeatureStatistics {
  std::vector<double> mean;
  std::vector<double> deviation;
};

// A scan that a model was trained on: what a scan to segment is compared with (similarity.h).
struct ModelScan {
  std::string name;
  std::string type;  // of its voxels, "u16"
  IntensityScale scale;
  Histogram histogram;         // of the rock's intensities, scaled
  FeatureStatistics features;  // of the network's first layer
};

// All that prediction needs besides the weights.
struct ModelRecord {
  NetworkSpec network;
  std::vector<LabelClass> classes;
  Normalisation normalisation = Normalisation::rock;
  int context = 1;                    // neighbouring slices on each side
  bool repeat_grey = false;           // one slice in all channels
  std::vector<Axis> axes;             // that slices were drawn along
  std::optional<Vector3> spacing_um;  // of what it was trained on; nothing: not known
  std::vector<ModelScan> scans;
  Json training;  // recipe, scores, data, provenance; for people
};

// A segmentation_models.pytorch state dict with the record as JSON in __metadata__; atomic,
// replaces what was there. Throws Error{file}.
void write_model(const std::filesystem::path& path, const ModelRecord& record,
                 const Network& network);

struct Model {
  ModelRecord record;
  std::shared_ptr<Network> network;
};
// Throws Error{file}, Error{format} for a file without a record or of a later version.
Model read_model(const std::filesystem::path& path);

}  // namespace fossilct
