// SPDX-License-Identifier: Apache-2.0
#include "classify/tsne.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"

namespace fossilct {

namespace {

constexpr std::size_t lanes = 8;  // sums side by side, so that the compiler can use vectors
constexpr std::size_t rows_at_once = 16;
constexpr int most_exaggerated_iterations = 250;
constexpr double least_gain = 0.01;

// Turns squared distances of point `self` into probabilities of its neighbours whose entropy is
// ln(perplexity), by bisection of the precision.
void make_conditional(std::span<float> row, std::size_t self, double perplexity) {
  constexpr int steps = 60;
  constexpr double tolerance = 1e-5;
  const double wanted = std::log(perplexity);
  row[self] = std::numeric_limits<float>::infinity();
  const float nearest = *std::min_element(row.begin(), row.end());
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  // In units of the mean distance the first guess is a good one.
  double sum_all = 0;
  for (std::size_t j = 0; j < row.size(); ++j) {
    sum_all += j == self ? 0 : static_cast<double>(row[j] - nearest);
  }
  double precision = sum_all > 0 ? static_cast<double>(row.size()) / sum_all : 1;
  double sum = 0;
  for (int step = 0; step < steps; ++step) {
    sum = 0;
    double moment = 0;
    const auto factor = static_cast<float>(-precision);
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (j != self) {
        const float beyond = row[j] - nearest;
        const float weight = std::exp(factor * beyond);
        sum += weight;
        moment += beyond * weight;
      }
    }
    const double entropy = std::log(sum) + precision * moment / sum;
    if (std::abs(entropy - wanted) < tolerance) {
      break;
    }
    (entropy > wanted ? low : high) = precision;
    precision = std::isinf(high) ? 2 * precision : (low + high) / 2;
  }
  // What is no number of full precision is slow to reckon with, and attracts nobody.
  constexpr double least = 1e-25;
  for (std::size_t j = 0; j < row.size(); ++j) {
    const double share = j == self ? 0 : std::exp(-precision * (row[j] - nearest)) / sum;
    row[j] = share < least ? 0 : static_cast<float>(share);
  }
}

// p_ij of every pair, row by row; sum 1.
std::vector<float> joint_probabilities(const FeaturePoints& points, double perplexity, int threads,
                                       Progress& progress) {
  const std::size_t size = points.size();
  std::vector<float> joint(size * size);
  const std::size_t blocks = (size + rows_at_once - 1) / rows_at_once;
  parallel_for(static_cast<std::int64_t>(blocks), threads, [&](std::int64_t block) {
    progress.check();
    const std::size_t first = static_cast<std::size_t>(block) * rows_at_once;
    const std::size_t count = std::min(rows_at_once, size - first);
    squared_distances(points, first, count, std::span(joint).subspan(first * size, count * size));
    for (std::size_t i = first; i < first + count; ++i) {
      make_conditional(std::span(joint).subspan(i * size, size), i, perplexity);
    }
  });
  const float share = 1 / (2 * static_cast<float>(size));
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const float both = (joint[i * size + j] + joint[j * size + i]) * share;
      joint[i * size + j] = both;
      joint[j * size + i] = both;
    }
  }
  return joint;
}

// Places as the loops over pairs read them.
struct Plane {
  std::vector<float> x;
  std::vector<float> y;
};

// Of one point: forces of all others, and its part of the sum of weights 1 / (1 + distance^2).
struct Forces {
  double attraction_x = 0, attraction_y = 0;
  double repulsion_x = 0, repulsion_y = 0;
  double weights = 0;
};

struct LaneSums {
  std::array<float, lanes> attraction_x{}, attraction_y{}, repulsion_x{}, repulsion_y{}, weights{};

  void add(std::size_t lane, float probability, float dx, float dy) {
    const float weight = 1 / (1 + dx * dx + dy * dy);
    const float pull = probability * weight;
    const float push = weight * weight;
    attraction_x[lane] += pull * dx;
    attraction_y[lane] += pull * dy;
    repulsion_x[lane] += push * dx;
    repulsion_y[lane] += push * dy;
    weights[lane] += weight;
  }
};

double sum_of(const std::array<float, lanes>& sums) {
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

Forces forces_on(std::size_t i, const Plane& plane, const float* joint) {
  const std::size_t size = plane.x.size();
  const float x = plane.x[i];
  const float y = plane.y[i];
  LaneSums sums;
  std::size_t j = 0;
  for (; j + lanes <= size; j += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sums.add(lane, joint[j + lane], x - plane.x[j + lane], y - plane.y[j + lane]);
    }
  }
  for (; j < size; ++j) {
    sums.add(0, joint[j], x - plane.x[j], y - plane.y[j]);
  }
  // Without the point itself, whose weight is 1.
  return {sum_of(sums.attraction_x), sum_of(sums.attraction_y), sum_of(sums.repulsion_x),
          sum_of(sums.repulsion_y), sum_of(sums.weights) - 1};
}

class TsneDescent {
 public:
  TsneDescent(std::vector<float> joint, const PlanePoints& start, int threads)
      : joint_(std::move(joint)), points_(start), threads_(threads) {
    velocity_.assign(points_.size(), {0, 0});
    gains_.assign(points_.size(), {1, 1});
    forces_.resize(points_.size());
  }

  void step(double exaggeration, double momentum, double rate) {
    compute_forces();
    const double inverse = 1 / sum_of_weights();
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const Forces& force = forces_[i];
      move(i, 0, 4 * (exaggeration * force.attraction_x - inverse * force.repulsion_x), momentum,
           rate);
      move(i, 1, 4 * (exaggeration * force.attraction_y - inverse * force.repulsion_y), momentum,
           rate);
    }
    centre();
  }

  // Kullback-Leibler divergence of the weights in the plane from the joint probabilities.
  double divergence() {
    compute_forces();
    const double total = std::log(sum_of_weights());
    const std::size_t size = points_.size();
    std::vector<double> rows(size, 0);
    parallel_for(static_cast<std::int64_t>(size), threads_, [&](std::int64_t row) {
      const auto i = static_cast<std::size_t>(row);
      for (std::size_t j = 0; j < size; ++j) {
        const double p = joint_[i * size + j];
        const double dx = points_[i][0] - points_[j][0];
        const double dy = points_[i][1] - points_[j][1];
        rows[i] += p > 0 ? p * (std::log(p) + std::log1p(dx * dx + dy * dy) + total) : 0;
      }
    });
    return std::accumulate(rows.begin(), rows.end(), 0.0);
  }

  const PlanePoints& points() const { return points_; }

 private:
  void compute_forces() {
    const std::size_t size = points_.size();
    Plane plane;
    for (const auto& [x, y] : points_) {
      plane.x.push_back(static_cast<float>(x));
      plane.y.push_back(static_cast<float>(y));
    }
    constexpr std::size_t rows = 64;  // some 0.5 ms
    const std::size_t blocks = (size + rows - 1) / rows;
    parallel_for(static_cast<std::int64_t>(blocks), threads_, [&](std::int64_t block) {
      const std::size_t first = static_cast<std::size_t>(block) * rows;
      for (std::size_t i = first; i < std::min(size, first + rows); ++i) {
        forces_[i] = forces_on(i, plane, joint_.data() + i * size);
      }
    });
  }

  double sum_of_weights() const {
    double sum = 0;
    for (const Forces& force : forces_) {
      sum += force.weights;
    }
    return std::max(sum, 1e-12);
  }

  void move(std::size_t i, std::size_t axis, double gradient, double momentum, double rate) {
    double& velocity = velocity_[i][axis];
    double& gain = gains_[i][axis];
    const bool turns = (gradient > 0) == (velocity > 0);
    gain = std::max(turns ? gain * 0.8 : gain + 0.2, least_gain);
    velocity = momentum * velocity - rate * gain * gradient;
    points_[i][axis] += velocity;
  }

  void centre() {
    std::array<double, 2> mean{};
    for (const auto& point : points_) {
      mean[0] += point[0] / static_cast<double>(points_.size());
      mean[1] += point[1] / static_cast<double>(points_.size());
    }
    for (auto& point : points_) {
      point[0] -= mean[0];
      point[1] -= mean[1];
    }
  }

  std::vector<float> joint_;
  PlanePoints points_;
  int threads_;
  PlanePoints velocity_;
  PlanePoints gains_;
  std::vector<Forces> forces_;
};

// The principal plane made small, with a little noise, so that equal points can part.
PlanePoints tsne_start(const FeaturePoints& points, std::uint64_t seed) {
  constexpr double deviation = 1e-4;
  PlanePoints plane = principal_plane(points);
  double variance = 0;
  for (const auto& point : plane) {
    variance += point[0] * point[0] / static_cast<double>(plane.size());
  }
  const double scale = variance > 0 ? deviation / std::sqrt(variance) : 0;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const std::uint64_t bits =
          hash(seed, static_cast<std::int64_t>(i), static_cast<std::int64_t>(axis));
      plane[i][axis] = plane[i][axis] * scale + 0.01 * deviation * normal(bits);
    }
  }
  return plane;
}

void check(const TsneOptions& options) {
  if (!(options.perplexity >= 1) || options.iterations < 1 || !(options.exaggeration >= 1)) {
    throw Error(ErrorKind::option,
                "t-SNE: expected perplexity, iterations and exaggeration of 1 and above");
  }
}

}  // namespace

TsneMap tsne(const FeaturePoints& points, const TsneOptions& options, Progress& progress) {
  check(points);
  check(options);
  const auto size = static_cast<double>(points.size());
  if (points.size() < 2) {
    return {PlanePoints(points.size(), {0, 0})};
  }
  const double perplexity = std::clamp((size - 1) / 3, 1.0, options.perplexity);
  progress.begin("t-SNE", options.iterations, WorkUnit::items);
  TsneDescent descent(joint_probabilities(points, perplexity, options.threads, progress),
                      tsne_start(points, options.seed), options.threads);
  TsneMap map;
  map.first_divergence = descent.divergence();
  const int exaggerated = std::min(options.iterations / 4, most_exaggerated_iterations);
  const double rate = std::max(size / options.exaggeration / 4, 50.0);
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    progress.check();
    const bool is_early = iteration < exaggerated;
    descent.step(is_early ? options.exaggeration : 1, is_early ? 0.5 : 0.8, rate);
    progress.advance(1);
  }
  map.divergence = descent.divergence();
  map.points = descent.points();
  progress.end();
  return map;
}

}  // namespace fossilct
