// SPDX-License-Identifier: Apache-2.0
#include "classify/umap.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace fossilct {

namespace {

struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double weight = 0;  // membership, up to 1

  bool operator<(const Edge& other) const {
    return from != other.from ? from < other.from : to < other.to;
  }
};

// Width at which the memberships of a point's neighbours add up to log2(neighbours).
double width_of(std::span<const float> distances) {
  constexpr int steps = 64;
  constexpr double tolerance = 1e-5;
  constexpr double least_share = 1e-3;  // of the mean distance
  const double wanted = std::log2(static_cast<double>(distances.size()));
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double width = 1;
  double mean = 0;
  for (const float distance : distances) {
    mean += distance / static_cast<double>(distances.size());
  }
  for (int step = 0; step < steps; ++step) {
    double sum = 0;
    for (const float distance : distances) {
      sum += std::exp(-(distance - distances.front()) / width);
    }
    if (std::abs(sum - wanted) < tolerance) {
      break;
    }
    (sum > wanted ? high : low) = width;
    width = std::isinf(high) ? 2 * width : (low + high) / 2;
  }
  // Above 0 also where all neighbours lie in one place.
  return std::max({width, least_share * mean, 1e-12});
}

std::vector<Edge> memberships_of(const Neighbours& neighbours, std::size_t size) {
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < size; ++i) {
    const std::span<const float> distances =
        std::span(neighbours.distances).subspan(i * neighbours.k, neighbours.k);
    const double width = width_of(distances);
    for (std::size_t j = 0; j < neighbours.k; ++j) {
      const double weight = std::exp(-(distances[j] - distances.front()) / width);
      edges.push_back(
          {static_cast<std::uint32_t>(i), neighbours.points[i * neighbours.k + j], weight});
    }
  }
  return edges;
}

// Of every pair of neighbours a + b - ab, in both directions, sorted.
std::vector<Edge> fuzzy_union(const std::vector<Edge>& edges) {
  std::vector<Edge> both = edges;
  for (const Edge& edge : edges) {
    both.push_back({edge.to, edge.from, edge.weight});
  }
  // Stable: of two of one pair, which stands first does not matter, since the union is symmetric.
  std::stable_sort(both.begin(), both.end());
  std::vector<Edge> united;
  for (const Edge& edge : both) {
    const bool is_second =
        !united.empty() && united.back().from == edge.from && united.back().to == edge.to;
    if (is_second) {
      double& weight = united.back().weight;
      weight = weight + edge.weight - weight * edge.weight;
    } else {
      united.push_back(edge);
    }
  }
  return united;
}

PlanePoints umap_start(const FeaturePoints& points, std::uint64_t seed) {
  constexpr double extent = 10;
  PlanePoints plane = principal_plane(points);
  double largest = 0;
  for (const auto& [x, y] : plane) {
    largest = std::max({largest, std::abs(x), std::abs(y)});
  }
  const double scale = largest > 0 ? extent / largest : 0;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const std::uint64_t bits =
          hash(seed, static_cast<std::int64_t>(i), static_cast<std::int64_t>(axis));
      plane[i][axis] = plane[i][axis] * scale + 1e-3 * normal(bits);
    }
  }
  return plane;
}

// Stochastic gradient descent: an edge of weight w is followed in w / (largest weight) of the
// epochs, and each time some points at random push its first end away.
class UmapDescent {
 public:
  UmapDescent(std::vector<Edge> edges, PlanePoints start, const UmapOptions& options)
      : edges_(std::move(edges)),
        points_(std::move(start)),
        curve_(umap_curve(options.min_dist)),
        negatives_(options.negatives),
        random_(mix(options.seed)) {
    double largest = 0;
    for (const Edge& edge : edges_) {
      largest = std::max(largest, edge.weight);
    }
    for (Edge& edge : edges_) {
      edge.weight /= largest;
    }
    due_.assign(edges_.size(), 0);
  }

  void epoch(double rate) {
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      due_[i] += edges_[i].weight;
      if (due_[i] >= 1) {
        due_[i] -= 1;
        follow(edges_[i], rate);
      }
    }
  }

  PlanePoints take() { return std::move(points_); }

 private:
  static double clipped(double step) { return std::clamp(step, -4.0, 4.0); }

  double squared_distance(std::size_t i, std::size_t j) const {
    const double dx = points_[i][0] - points_[j][0];
    const double dy = points_[i][1] - points_[j][1];
    return dx * dx + dy * dy;
  }

  void follow(const Edge& edge, double rate) {
    attract(edge.from, edge.to, rate);
    for (int n = 0; n < negatives_; ++n) {
      const auto other =
          static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(points_.size())));
      if (other != edge.from) {
        repel(edge.from, other, rate);
      }
    }
  }

  // Both ends move by the gradient of ln(1 / (1 + a d^2b)).
  void attract(std::size_t i, std::size_t j, double rate) {
    const double squared = squared_distance(i, j);
    if (squared <= 0) {
      return;
    }
    const double power = std::pow(squared, curve_.b);
    const double factor = -2 * curve_.a * curve_.b * power / squared / (1 + curve_.a * power);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double step = rate * clipped(factor * (points_[i][axis] - points_[j][axis]));
      points_[i][axis] += step;
      points_[j][axis] -= step;
    }
  }

  // The first moves by the gradient of ln(1 - 1 / (1 + a d^2b)).
  void repel(std::size_t i, std::size_t j, double rate) {
    constexpr double softening = 1e-3;  // keeps the push of points in one place finite
    const double squared = squared_distance(i, j);
    const double power = std::pow(squared, curve_.b);
    const double factor = 2 * curve_.b / ((softening + squared) * (1 + curve_.a * power));
    for (std::size_t axis = 0; axis < 2; ++axis) {
      points_[i][axis] += rate * clipped(factor * (points_[i][axis] - points_[j][axis]));
    }
  }

  std::vector<Edge> edges_;
  PlanePoints points_;
  UmapCurve curve_;
  int negatives_;
  HashStream random_;
  std::vector<double> due_;
};

void check(const UmapOptions& options) {
  if (options.neighbours < 2 || options.epochs < 1 || options.negatives < 0 ||
      !(options.min_dist >= 0 && options.min_dist <= 1)) {
    throw Error(ErrorKind::option,
                "UMAP: expected 2 neighbours or more, 1 epoch or more, a least distance of 0 to 1");
  }
}

}  // namespace

// Gauss-Newton in (a, b), damped where a step does not help.
UmapCurve umap_curve(double min_dist) {
  constexpr int samples = 300;
  const auto residuals = [min_dist](const UmapCurve& curve, std::array<double, 5>* normal) {
    double error = 0;
    for (int i = 1; i < samples; ++i) {
      const double x = 3.0 * i / (samples - 1);
      const double wanted = x < min_dist ? 1 : std::exp(min_dist - x);
      const double power = std::pow(x, 2 * curve.b);
      const double value = 1 / (1 + curve.a * power);
      const double residual = wanted - value;
      error += residual * residual;
      if (normal != nullptr) {
        const double by_a = -value * value * power;
        const double by_b = by_a * curve.a * 2 * std::log(x);
        const std::array<double, 5> terms = {by_a * by_a, by_a * by_b, by_b * by_b, by_a * residual,
                                             by_b * residual};
        std::transform(terms.begin(), terms.end(), normal->begin(), normal->begin(), std::plus<>());
      }
    }
    return error;
  };
  UmapCurve curve;
  double damping = 1e-3;
  for (int step = 0; step < 100; ++step) {
    std::array<double, 5> normal{};
    const double error = residuals(curve, &normal);
    const double aa = normal[0] * (1 + damping);
    const double bb = normal[2] * (1 + damping);
    const double determinant = aa * bb - normal[1] * normal[1];
    const UmapCurve next = {curve.a + (bb * normal[3] - normal[1] * normal[4]) / determinant,
                            curve.b + (aa * normal[4] - normal[1] * normal[3]) / determinant};
    const bool helps = next.a > 0 && next.b > 0 && residuals(next, nullptr) < error;
    curve = helps ? next : curve;
    damping = helps ? damping / 10 : damping * 10;
  }
  return curve;
}

PlanePoints umap(const FeaturePoints& points, const UmapOptions& options, Progress& progress) {
  check(points);
  check(options);
  if (points.size() < 2) {
    return PlanePoints(points.size(), {0, 0});
  }
  const std::size_t k = std::min(static_cast<std::size_t>(options.neighbours), points.size() - 1);
  progress.begin("UMAP", options.epochs, WorkUnit::items);
  const Neighbours neighbours = nearest_neighbours(points, k, options.threads, progress);
  UmapDescent descent(fuzzy_union(memberships_of(neighbours, points.size())),
                      umap_start(points, options.seed), options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    progress.check();
    descent.epoch(1 - static_cast<double>(epoch) / options.epochs);
    progress.advance(1);
  }
  progress.end();
  return descent.take();
}

}  // namespace fossilct
