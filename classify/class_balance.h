// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "classify/taxon_recipe.h"

namespace fossilct {

// Weights of taxa in the loss (Marchant et al. 2020): the geometric mean of the counts over the
// count, 0.1 to 10; 0 for a taxon without pictures, which is left out of the mean.
std::vector<double> taxon_weights(const std::vector<std::int64_t>& counts);

// The pictures of one epoch in their order, as places in `taxon_of_picture`. `oversample`: each
// taxon as often as the most frequent one, `undersample`: as the rarest; which pictures are taken
// twice or not at all, and the order, depend on the seed alone.
std::vector<std::int64_t> epoch_order(const std::vector<int>& taxon_of_picture,
                                      TaxonSampling sampling, std::uint64_t seed);

}  // namespace fossilct
