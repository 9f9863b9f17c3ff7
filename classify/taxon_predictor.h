// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/progress.h"
#include "classify/calibration.h"
#include "classify/image_set.h"
#include "classify/taxon_answer.h"
#include "classify/taxon_model.h"
#include "networks/inference.h"

namespace fossilct {

struct TaxonPredictionOptions {
  // Passes of Monte-Carlo dropout (Gal and Ghahramani 2016, arXiv 1506.02142), 0: none. The
  // convolutions run once for all of them; a network without dropout gives the same N times.
  int dropout_passes = 0;
  std::uint64_t seed = 1;  // of the dropout
  // Of specimens whose first score is below it the answer has the scores of every pass; 0: of none.
  double keep_passes_below = 0;
  InferenceOptions inference = {};
  int batch = 64;  // pictures at once, more where one specimen has more
};

// What the network makes of one specimen before it is judged.
struct SpecimenOutputs {
  std::vector<std::vector<double>> logits;  // of each view, without dropout
  at::Tensor embedding;                     // E fp32, CPU: the mean over its views
};

// A trained network made ready to answer. By one thread at a time.
class TaxonPredictor {
 public:
  // Throws Error{device} as InferenceNetwork does.
  TaxonPredictor(const TaxonModel& model, const TaxonPredictionOptions& options);
  ~TaxonPredictor();
  TaxonPredictor(const TaxonPredictor&) = delete;
  TaxonPredictor& operator=(const TaxonPredictor&) = delete;

  // One answer a specimen, in the set's order, the same from call to call. `embeddings`, where
  // given, gets S,E: the vectors that the last layer decides on, means over the views. Counts
  // pictures. Throws Error{format} for a set that does not fit the model; Cancelled.
  std::vector<TaxonAnswer> predict(const ImageSet& set, Progress& progress,
                                   at::Tensor* embeddings = nullptr);

  // The outputs that answers are made of.
  std::vector<SpecimenOutputs> outputs(const ImageSet& set, Progress& progress);

  const InferenceChoice& choice() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Distance to the nearest taxon in deviations a dimension, not scaled by the usual distance.
double distance_to_taxa(const at::Tensor& embedding, const TaxonPlaces& places);

// Centres of taxa and deviations about them.
TaxonPlaces places_of(const std::vector<SpecimenOutputs>& outputs, const ImageSet& set);

// What a model lets itself be judged by: outputs for specimens it was not trained on.
struct Validated {
  std::vector<KnownSpecimen> specimens;
  std::vector<double> distances;
};
// Adds the specimens of a set whose taxon is known.
void add_validated(const std::vector<SpecimenOutputs>& outputs, const ImageSet& set,
                   const TaxonPlaces& places, Validated& validated);
// Sets the temperature and the usual distance.
void calibrate(const Validated& validated, TaxonModel& model);

}  // namespace fossilct
