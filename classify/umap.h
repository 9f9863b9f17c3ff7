// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/progress.h"
#include "classify/feature_points.h"

namespace fossilct {

struct UmapOptions {
  int neighbours = 15;    // 2 and above; at most all other points
  double min_dist = 0.1;  // how near points may lie in the map; 0 to 1
  int epochs = 500;       // 1 and above
  int negatives = 5;      // points that repel, for one that attracts; 0 and above
  std::uint64_t seed = 1;
  int threads = 1;  // for the neighbours; the descent has one
};

// A map that keeps who is whose neighbour: UMAP (McInnes, Healy and Melville 2018, arXiv
// 1802.03426). Exact nearest neighbours, distances beyond the nearest one divided by a width such
// that the memberships add up to log2(neighbours) (algorithm 3), their fuzzy union, then stochastic
// gradient descent with negative samples (algorithm 5) from the principal plane. Groups keep more
// of their places to each other than in t-SNE. The same for the same seed, whatever the threads.
// Time: that of nearest_neighbours() and some 60 ns a sample: 5 s for 5,000 points. Throws as
// check(points), Error{option} for options out of range, Cancelled.
PlanePoints umap(const FeaturePoints& points, const UmapOptions& options, Progress& progress);

// The curve 1 / (1 + a x^(2b)) of the distance in the plane that comes nearest (least squares at
// 300 points up to 3) to 1 up to min_dist and exp(min_dist - x) beyond.
struct UmapCurve {
  double a = 1;
  double b = 1;
};
UmapCurve umap_curve(double min_dist);

}  // namespace fossilct
