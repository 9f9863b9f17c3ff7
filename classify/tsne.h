// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/progress.h"
#include "classify/feature_points.h"

namespace fossilct {

struct TsneOptions {
  double perplexity = 30;  // 1 and above; at most a third of the other points is taken
  int iterations = 1000;   // 1 and above
  // Attraction is that much stronger in the first quarter of the iterations, but no more than 250.
  double exaggeration = 12;
  std::uint64_t seed = 1;
  int threads = 1;
};

struct TsneMap {
  PlanePoints points;
  // What is made small (equation 2 of the paper), at the first iteration and at the end, without
  // exaggeration.
  double first_divergence = 0;
  double divergence = 0;
};

// A map in which points that lie near each other in the space of features lie near each other:
// t-SNE (van der Maaten and Hinton 2008, JMLR 9, 2579), exact: every pair attracts and repels.
// Widths by bisection to the perplexity, symmetric joint probabilities, gradient descent with gains
// and momentum 0.5, then 0.8; the start is the principal plane, its deviation 1e-4 (Kobak and
// Berens 2019), the rate max(points / exaggeration / 4, 50) (Belkina et al. 2019, in scikit-learn's
// scale). Distances between groups mean little. The same for the same seed, whatever the threads.
// Memory: 4 bytes a pair; time: some 1.5 ns a pair, iteration and thread. Throws as check(points),
// Error{option} for options out of range, Cancelled.
TsneMap tsne(const FeaturePoints& points, const TsneOptions& options, Progress& progress);

}  // namespace fossilct
