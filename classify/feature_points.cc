// SPDX-License-Identifier: Apache-2.0
#include "classify/feature_points.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"

namespace fossilct {

namespace {

constexpr std::size_t lanes = 16;  // sums side by side, so that the compiler can use vectors
constexpr std::size_t rows_at_once = 16;

float squared_distance(const float* a, const float* b, std::size_t dimensions) {
  std::array<float, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= dimensions; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const float difference = a[i + lane] - b[i + lane];
      sums[lane] += difference * difference;
    }
  }
  for (; i < dimensions; ++i) {
    sums[i % lanes] += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

// Indices of the k smallest of `distances` without `self`, in rising order.
std::vector<std::uint32_t> smallest(std::span<const float> distances, std::size_t self,
                                    std::size_t k) {
  std::vector<std::uint32_t> order(distances.size());
  std::iota(order.begin(), order.end(), 0U);
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(self));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
                    });
  order.resize(k);
  return order;
}

std::vector<double> means_of(const FeaturePoints& points) {
  std::vector<double> means(points.dimensions, 0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::span<const float> point = points.point(i);
    for (std::size_t d = 0; d < means.size(); ++d) {
      means[d] += point[d] / static_cast<double>(points.size());
    }
  }
  return means;
}

std::vector<double> projected(const FeaturePoints& points, const std::vector<double>& means,
                              const std::vector<double>& direction) {
  std::vector<double> along(points.size(), 0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::span<const float> point = points.point(i);
    for (std::size_t d = 0; d < direction.size(); ++d) {
      along[i] += (point[d] - means[d]) * direction[d];
    }
  }
  return along;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Makes `direction` orthogonal to `others` and of length 1; all zero where nothing is left.
void orthonormalise(std::vector<double>& direction,
                    const std::vector<std::vector<double>>& others) {
  for (const std::vector<double>& other : others) {
    const double along = dot(direction, other);
    for (std::size_t d = 0; d < direction.size(); ++d) {
      direction[d] -= along * other[d];
    }
  }
  const double length = std::sqrt(dot(direction, direction));
  for (double& one : direction) {
    one = length > 1e-12 ? one / length : 0;
  }
}

// The next principal direction, by power iteration.
std::vector<double> principal_direction(const FeaturePoints& points,
                                        const std::vector<double>& means,
                                        const std::vector<std::vector<double>>& before) {
  constexpr int iterations = 60;  // for a start, the direction need not be exact
  std::vector<double> direction(points.dimensions);
  for (std::size_t d = 0; d < direction.size(); ++d) {
    direction[d] = normal(hash(before.size(), static_cast<std::int64_t>(d)));
  }
  orthonormalise(direction, before);
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const std::vector<double> along = projected(points, means, direction);
    std::vector<double> next(points.dimensions, 0);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::span<const float> point = points.point(i);
      for (std::size_t d = 0; d < next.size(); ++d) {
        next[d] += along[i] * (point[d] - means[d]);
      }
    }
    orthonormalise(next, before);
    direction = std::move(next);
  }
  const auto largest = std::max_element(direction.begin(), direction.end(), [](double a, double b) {
    return std::abs(a) < std::abs(b);
  });
  if (*largest < 0) {
    std::transform(direction.begin(), direction.end(), direction.begin(), std::negate<>());
  }
  return direction;
}

}  // namespace

void check(const FeaturePoints& points) {
  if (points.dimensions == 0 || points.values.size() % points.dimensions != 0) {
    throw Error(ErrorKind::format, "features: " + std::to_string(points.values.size()) +
                                       " numbers are no vectors of " +
                                       std::to_string(points.dimensions));
  }
  if (points.size() > most_mapped_points) {
    throw Error(ErrorKind::format,
                "a map of " + std::to_string(points.size()) + " specimens: the most are " +
                    std::to_string(most_mapped_points) + "; take a part of them");
  }
  if (!std::all_of(points.values.begin(), points.values.end(),
                   [](float value) { return std::isfinite(value); })) {
    throw Error(ErrorKind::format, "features: a value is not finite");
  }
}

void squared_distances(const FeaturePoints& points, std::size_t first, std::size_t count,
                       std::span<float> out) {
  const std::size_t size = points.size();
  assert(out.size() == count * size);
  for (std::size_t other = 0; other < size; ++other) {
    for (std::size_t row = 0; row < count; ++row) {
      out[row * size + other] = squared_distance(points.point(first + row).data(),
                                                 points.point(other).data(), points.dimensions);
    }
  }
}

Neighbours nearest_neighbours(const FeaturePoints& points, std::size_t k, int threads,
                              Progress& progress) {
  const std::size_t size = points.size();
  assert(k < size);
  Neighbours result = {k, std::vector<std::uint32_t>(size * k), std::vector<float>(size * k)};
  const std::size_t blocks = (size + rows_at_once - 1) / rows_at_once;
  parallel_for(static_cast<std::int64_t>(blocks), threads, [&](std::int64_t block) {
    progress.check();
    const std::size_t first = static_cast<std::size_t>(block) * rows_at_once;
    const std::size_t count = std::min(rows_at_once, size - first);
    std::vector<float> distances(count * size);
    squared_distances(points, first, count, distances);
    for (std::size_t row = 0; row < count; ++row) {
      const std::span<const float> of_row = std::span(distances).subspan(row * size, size);
      const std::size_t place = (first + row) * k;
      const std::vector<std::uint32_t> nearest = smallest(of_row, first + row, k);
      for (std::size_t i = 0; i < k; ++i) {
        result.points[place + i] = nearest[i];
        result.distances[place + i] = std::sqrt(of_row[nearest[i]]);
      }
    }
  });
  return result;
}

PlanePoints principal_plane(const FeaturePoints& points) {
  const std::vector<double> means = means_of(points);
  PlanePoints plane(points.size(), {0, 0});
  std::vector<std::vector<double>> directions;
  for (std::size_t axis = 0; axis < 2 && !plane.empty(); ++axis) {
    directions.push_back(principal_direction(points, means, directions));
    const std::vector<double> along = projected(points, means, directions.back());
    for (std::size_t i = 0; i < plane.size(); ++i) {
      plane[i][axis] = along[i];
    }
  }
  return plane;
}

double trustworthiness(const FeaturePoints& points, const PlanePoints& plane, std::size_t k) {
  const std::size_t size = points.size();
  assert(plane.size() == size && 2 * k < size);
  std::vector<float> distances(size);
  std::vector<float> plane_distances(size);
  std::vector<std::size_t> rank(size);
  double penalty = 0;
  for (std::size_t i = 0; i < size; ++i) {
    squared_distances(points, i, 1, distances);
    for (std::size_t j = 0; j < size; ++j) {
      plane_distances[j] =
          static_cast<float>(std::hypot(plane[i][0] - plane[j][0], plane[i][1] - plane[j][1]));
    }
    const std::vector<std::uint32_t> order = smallest(distances, i, size - 1);
    for (std::size_t place = 0; place < order.size(); ++place) {
      rank[order[place]] = place + 1;
    }
    for (const std::uint32_t near : smallest(plane_distances, i, k)) {
      penalty += rank[near] > k ? static_cast<double>(rank[near] - k) : 0;
    }
  }
  const auto n = static_cast<double>(size);
  const auto m = static_cast<double>(k);
  return 1 - 2 / (n * m * (2 * n - 3 * m - 1)) * penalty;
}

}  // namespace fossilct
