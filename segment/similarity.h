// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "filters/intensity_scale.h"
#include "networks/program.h"
#include "segment/model_file.h"
#include "segment/segmentation.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What of a scan a model remembers, to tell whether another one is like it: both without the air
// that the scan's rock scale knows of.

// Of at most 64 slices, scaled, from -8 to 8.
Histogram histogram_of_rock(VolumeSource& scan, const IntensityScale& scale, Progress& progress);
// Of each channel that the network's first layer makes of at most 8 slices along z.
FeatureStatistics first_layer_statistics(const Network& network, VolumeSource& scan,
                                         const SliceRecipe& recipe, Progress& progress);

// How far a scan is from the nearest of those a model was trained on.
struct Similarity {
  std::string nearest;  // its name
  // Mean shift of an intensity that turns one histogram into the other (the Wasserstein distance of
  // order 1), in deviations of the rock.
  double histogram_distance = 0;
  // Mean over the channels of |difference of means| / deviation and |log of the deviations' ratio|;
  // 0 where the model has none.
  double feature_distance = 0;

  // Beyond either of these, what was learned may not hold. Measured: two cores of one rock with
  // other contrast and noise 0.02 and 0.11, phantoms among each other up to 0.04 and 0.10;
  // phantoms, cores, cement and a loose shell to each other 0.05 to 0.23 and 0.25 to 0.91.
  static constexpr double far_histogram = 0.15;
  static constexpr double far_features = 0.25;
  bool far() const { return histogram_distance > far_histogram || feature_distance > far_features; }
};
// Throws Error{format} where the model has no scans.
Similarity similarity(const std::vector<ModelScan>& trained_on, const Histogram& histogram,
                      const FeatureStatistics& features);
Json to_json(const Similarity& similarity);

}  // namespace fossilct
