// SPDX-License-Identifier: Apache-2.0
// t-SNE, UMAP and what they are made of.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "classify/feature_points.h"
#include "classify/tsne.h"
#include "classify/umap.h"

namespace fossilct {

namespace {

constexpr std::size_t dimensions = 20;

// Balls of normal points about places far from each other.
FeaturePoints clusters(std::size_t groups, std::size_t each, double distance) {
  FeaturePoints points = {dimensions, {}};
  for (std::size_t i = 0; i < groups * each; ++i) {
    for (std::size_t d = 0; d < dimensions; ++d) {
      const auto place = static_cast<std::int64_t>(i);
      const auto axis = static_cast<std::int64_t>(d);
      const double centre = d == i % groups ? distance : 0;
      points.values.push_back(static_cast<float>(centre) + normal(hash(1, place, axis)));
    }
  }
  return points;
}

double distance_in(const PlanePoints& plane, std::size_t i, std::size_t j) {
  return std::hypot(plane[i][0] - plane[j][0], plane[i][1] - plane[j][1]);
}

// Mean silhouette (Rousseeuw 1987): 1 where each group is a point, 0 where groups overlap.
double silhouette(const PlanePoints& plane, std::size_t groups) {
  double sum = 0;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    std::vector<double> means(groups, 0);
    std::vector<double> counts(groups, 0);
    for (std::size_t j = 0; j < plane.size(); ++j) {
      means[j % groups] += i == j ? 0 : distance_in(plane, i, j);
      counts[j % groups] += i == j ? 0 : 1;
    }
    double other = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < groups; ++g) {
      means[g] /= counts[g];
      other = g == i % groups ? other : std::min(other, means[g]);
    }
    const double own = means[i % groups];
    sum += (other - own) / std::max(own, other);
  }
  return sum / static_cast<double>(plane.size());
}

}  // namespace

TEST_CASE("nearest neighbours are those of all distances sorted, on any number of threads") {
  const FeaturePoints points = clusters(3, 20, 2);
  Progress progress;
  const Neighbours found = nearest_neighbours(points, 7, 2, progress);
  std::vector<float> distances(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::size_t j = 0; j < points.size(); ++j) {
      double sum = 0;
      for (std::size_t d = 0; d < dimensions; ++d) {
        sum += std::pow(points.point(i)[d] - points.point(j)[d], 2);
      }
      all.emplace_back(sum, static_cast<std::uint32_t>(j));
    }
    std::sort(all.begin(), all.end());
    for (std::size_t k = 0; k < 7; ++k) {
      CHECK(found.points[i * 7 + k] == all[k + 1].second);
      CHECK(found.distances[i * 7 + k] == doctest::Approx(std::sqrt(all[k + 1].first)));
    }
  }
}

TEST_CASE("the principal plane of points in a plane keeps their distances") {
  FeaturePoints points = {5, {}};
  const std::array<double, 5> u = {0.6, 0, 0.8, 0, 0};
  const std::array<double, 5> v = {0, 1, 0, 0, 0};
  for (int i = 0; i < 30; ++i) {
    const double along_u = 3 * normal(hash(2, i, 0));
    const double along_v = normal(hash(2, i, 1));
    for (std::size_t d = 0; d < 5; ++d) {
      points.values.push_back(static_cast<float>(7 + along_u * u[d] + along_v * v[d]));
    }
  }
  const PlanePoints plane = principal_plane(points);
  std::vector<float> squared(30);
  for (std::size_t i = 0; i < 30; ++i) {
    squared_distances(points, i, 1, squared);
    for (std::size_t j = 0; j < 30; ++j) {
      CHECK(distance_in(plane, i, j) == doctest::Approx(std::sqrt(squared[j])).epsilon(1e-4));
    }
  }
}

TEST_CASE("trustworthiness: 1 for the points themselves, lower for points at random") {
  FeaturePoints points = {2, {}};
  PlanePoints same;
  PlanePoints random;
  for (int i = 0; i < 200; ++i) {
    const float x = normal(hash(3, i, 0));
    const float y = normal(hash(3, i, 1));
    points.values.insert(points.values.end(), {x, y});
    same.push_back({x, y});
    random.push_back({unit_interval(hash(4, i, 0)), unit_interval(hash(4, i, 1))});
  }
  CHECK(trustworthiness(points, same) == 1);
  CHECK(trustworthiness(points, random) == doctest::Approx(0.5).epsilon(0.1));
}

// Four points on a line and a map that swaps the last two; k = 1. The nearest in the map of the
// second point, the fourth, is its third in truth: 2 too far; those of the third and of the fourth,
// the fourth and the second, are their second ones: 1 too far each.
TEST_CASE("trustworthiness by hand") {
  const FeaturePoints points = {1, {0, 1, 2.1F, 3.3F}};
  const PlanePoints plane = {{0, 0}, {1, 0}, {3.3, 0}, {1.9, 0}};
  CHECK(trustworthiness(points, plane, 1) ==
        doctest::Approx(1 - 2.0 / (4 * 1 * (2 * 4 - 3 - 1)) * (2 + 1 + 1)));
}

TEST_CASE("t-SNE: separate groups stay separate, and the divergence falls") {
  const FeaturePoints points = clusters(4, 40, 8);
  Progress progress;
  TsneOptions options = {.perplexity = 15, .iterations = 400, .threads = 2};
  const TsneMap map = tsne(points, options, progress);
  CHECK(silhouette(map.points, 4) > 0.7);
  CHECK(trustworthiness(points, map.points) > 0.85);
  CHECK(map.divergence < 0.5 * map.first_divergence);
  CHECK(map.divergence > 0);
  options.threads = 1;
  CHECK(tsne(points, options, progress).points == map.points);
}

TEST_CASE("UMAP: separate groups stay separate") {
  const FeaturePoints points = clusters(4, 40, 8);
  Progress progress;
  UmapOptions options = {.neighbours = 10, .epochs = 200, .threads = 2};
  const PlanePoints map = umap(points, options, progress);
  CHECK(silhouette(map, 4) > 0.7);
  CHECK(trustworthiness(points, map) > 0.85);
  options.threads = 1;
  CHECK(umap(points, options, progress) == map);
}

// The values that umap-learn prints for its defaults (min_dist 0.1, spread 1) are 1.577 and 0.895.
TEST_CASE("UMAP: the curve of the distance in the plane") {
  const UmapCurve usual = umap_curve(0.1);
  CHECK(usual.a == doctest::Approx(1.577).epsilon(1e-3));
  CHECK(usual.b == doctest::Approx(0.895).epsilon(1e-3));
  const UmapCurve wide = umap_curve(0.5);
  CHECK(1 / (1 + wide.a * std::pow(0.5, 2 * wide.b)) > 0.75);
}

TEST_CASE("maps of hardly any points, and of equal ones") {
  Progress progress;
  for (const std::size_t size : {0U, 1U, 2U, 3U, 12U}) {
    CAPTURE(size);
    const FeaturePoints equal = {4, std::vector<float>(4 * size, 0.5F)};
    const TsneMap one = tsne(equal, {.iterations = 50}, progress);
    const PlanePoints other = umap(equal, {.epochs = 20}, progress);
    REQUIRE(one.points.size() == size);
    REQUIRE(other.size() == size);
    for (std::size_t i = 0; i < size; ++i) {
      CHECK(std::isfinite(one.points[i][0] + one.points[i][1]));
      CHECK(std::isfinite(other[i][0] + other[i][1]));
    }
  }
}

TEST_CASE("maps: what can't be mapped is refused, and a wish to stop is heard") {
  Progress progress;
  FeaturePoints points = clusters(2, 10, 3);
  CHECK_THROWS_AS(tsne(points, {.perplexity = 0.5}, progress), Error);
  CHECK_THROWS_AS(umap(points, {.neighbours = 1}, progress), Error);
  CHECK_THROWS_AS(umap(points, {.min_dist = -1}, progress), Error);
  Progress stopped;
  stopped.request_cancel();
  CHECK_THROWS_AS(tsne(points, {}, stopped), Cancelled);
  CHECK_THROWS_AS(umap(points, {}, stopped), Cancelled);
  points.values[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(tsne(points, {}, progress), Error);
  points.values.pop_back();
  CHECK_THROWS_AS(umap(points, {}, progress), Error);
  const FeaturePoints many = {1, std::vector<float>(most_mapped_points + 1, 0)};
  CHECK_THROWS_AS(umap(many, {}, progress), Error);
}

}  // namespace fossilct
