// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "classify/image_set.h"
#include "classify/taxon_answer.h"
#include "classify/taxon_model.h"

namespace fossilct {

struct ExplanationOptions {
  std::int64_t most = 30;   // specimens, the least sure first; 0: all
  std::vector<int> layers;  // convolutions whose maps are shown too, counted from 1
  double threshold = default_taxon_threshold;
};

// Throws Error{option} naming --layers for a convolution that the model's network does not have.
void check_layers(const std::vector<int>& layers, const TaxonModel& model);

// Writes into an existing folder, for each picture of the specimens chosen, why the model gives its
// answer (reasons_png: Grad-CAM and guided Grad-CAM of the specimen's first taxon; layer_png), as
// PLACE_SPECIMEN_PICTURE.png and ..._layer-N.png, and index.html, which shows them with what was
// answered. Measurements that join the pictures play no part in it. Returns how many specimens.
// Time: some ten runs of the network in fp32 a picture. Throws as check_layers(); Error{file};
// Cancelled.
std::int64_t write_explanations(const std::filesystem::path& folder, const TaxonModel& model,
                                const ImageSet& set, const std::vector<TaxonAnswer>& answers,
                                const ExplanationOptions& options, Progress& progress);

}  // namespace fossilct
