// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "classify/image_set.h"
#include "classify/taxon_recipe.h"
#include "networks/classifier.h"

namespace fossilct {

// Of a measurement over the specimens that were trained on.
struct MeasurementScale {
  std::string name;  // with unit, as in ImageSet::measurements
  double mean = 0;
  double deviation = 1;
};

// Where taxa lie in the space of the network's embeddings, to tell what is like none of them.
struct TaxonPlaces {
  at::Tensor centres;  // taxa,E fp32: means of the specimens trained on; NaN for a taxon without
  at::Tensor inverse_deviations;  // E fp32: of specimens about their centres
  // Of a specimen to its nearest centre, the distance that 99% of the specimens the model was
  // validated on keep; nothing where it was not validated.
  std::optional<double> usual_distance;
};

// All that prediction needs.
struct TaxonModel {
  std::vector<std::string> taxa;
  int size = 0;  // of the pictures, rows and columns
  PictureScaling scaling = PictureScaling::unit;
  std::vector<MeasurementScale> measurements;
  double temperature = 1;
  TaxonPlaces places;
  Json training;  // recipe, scores, data, provenance; for people
  std::shared_ptr<Classifier> network;
};

// One safetensors file: the network's tensors under their names (torchvision's for a ResNet or
// VGG), the places of taxa, and the rest as JSON in __metadata__; atomic, replaces what was there.
// Throws Error{file}.
void write_taxon_model(const std::filesystem::path& path, const TaxonModel& model);
// Throws Error{file}; Error{format} for a file without such a record or of a later version.
TaxonModel read_taxon_model(const std::filesystem::path& path);

// Measurements of the set's specimens as the model takes them, N,M: standardised, NaN where one is
// not known or the set does not have it; undefined for a model without measurements.
at::Tensor model_measurements(const ImageSet& set, const std::vector<MeasurementScale>& scales);

// Scales of all measurements of a set; deviation 1 where there is none.
std::vector<MeasurementScale> measurement_scales(const ImageSet& set);

// Throws Error{format} where the pictures are of another size or number of channels than the
// model's.
void require_fitting(const ImageSet& set, const TaxonModel& model);

}  // namespace fossilct
