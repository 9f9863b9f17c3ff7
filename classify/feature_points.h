// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/progress.h"

namespace fossilct {

// Vectors of features, one a specimen, row by row.
struct FeaturePoints {
  std::size_t dimensions = 0;  // at least 1
  std::vector<float> values;   // size() * dimensions, finite

  std::size_t size() const { return dimensions == 0 ? 0 : values.size() / dimensions; }
  std::span<const float> point(std::size_t i) const {
    return std::span(values).subspan(i * dimensions, dimensions);
  }
};

// Places in a plane, one a point.
using PlanePoints = std::vector<std::array<double, 2>>;

// Both maps keep something for every pair of points: the memory of more is not reasonable (t-SNE:
// 100 MB).
inline constexpr std::size_t most_mapped_points = 5000;
// Throws Error{format}: more points than that, values that are no multiple of the dimensions, or a
// value that is not finite.
void check(const FeaturePoints& points);

// Squared Euclidean distances of `count` points from `first` on to all, row by row into `out`, of
// count * size().
void squared_distances(const FeaturePoints& points, std::size_t first, std::size_t count,
                       std::span<float> out);

// The k nearest others of every point by Euclidean distance, exactly, the nearest first, equal ones
// by their number; k below size().
struct Neighbours {
  std::size_t k = 0;
  std::vector<std::uint32_t> points;  // size() * k
  std::vector<float> distances;       // the same, not squared
};
// Time: size()^2 * dimensions / 2e9 s a thread. Throws Cancelled.
Neighbours nearest_neighbours(const FeaturePoints& points, std::size_t k, int threads,
                              Progress& progress);

// The points along the two directions in which they spread most (principal components), centred;
// each direction with its largest entry positive.
PlanePoints principal_plane(const FeaturePoints& points);

// Trustworthiness of a map (Venna and Kaski 2001, ICANN, equation 1): 1 where the k nearest points
// in the plane are among the k nearest in the space of features for every point, about 0.5 for a
// random map. k is below half of the points (assert). Time: size()^2 log size().
double trustworthiness(const FeaturePoints& points, const PlanePoints& plane, std::size_t k = 5);

}  // namespace fossilct
