// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "classify/image_set.h"
#include "classify/taxon_answer.h"
#include "classify/tsne.h"
#include "classify/umap.h"
#include "report/point_map.h"

namespace fossilct {

// Specimens laid out by what a network sees in them.
struct TaxonMap {
  PlanePoints tsne;
  PlanePoints umap;
  // Of each; NaN for fewer than 11 specimens, of which it says nothing.
  double tsne_trustworthiness = 0;
  double umap_trustworthiness = 0;
};

// Throws as tsne() and umap().
TaxonMap map_specimens(const FeaturePoints& features, const TsneOptions& tsne_options,
                       const UmapOptions& umap_options, Progress& progress);

// What is shown beside the places. All lists are as long as the set's specimens.
struct MappedSpecimens {
  const ImageSet& set;
  const std::vector<std::string>& taxa;     // of the model
  const std::vector<TaxonAnswer>& answers;  // the model's
  double threshold = default_taxon_threshold;
};

// Points with their pictures and what the model says. Colours: the taxon that a person gave, where
// there is one; else the model's answer, named "Ruber (model)"; specimens of which it is unsure are
// of no group. Title, facts and footer are left to the caller.
PointMap taxon_map_page(const MappedSpecimens& specimens, const TaxonMap& map);

// specimen,sample,known,answer,score,tsne_x,tsne_y,umap_x,umap_y; a line a specimen (RFC 4180).
std::string taxon_map_csv(const MappedSpecimens& specimens, const TaxonMap& map);

}  // namespace fossilct
