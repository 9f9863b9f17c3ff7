// SPDX-License-Identifier: Apache-2.0
#include "segment/surface_distances.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "segment/scores.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using Labels = Volume<std::uint8_t>;

template <typename Value>
Labels labels_of(const Size3& size, Value&& value) {
  Labels labels(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        labels(x, y, z) = static_cast<std::uint8_t>(value(x, y, z));
      }
    }
  }
  return labels;
}

Labels ball(const Size3& size, std::int64_t centre, std::int64_t radius) {
  return labels_of(size, [=](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::int64_t dx = x - centre, dy = y - centre, dz = z - centre;
    return dx * dx + dy * dy + dz * dz <= radius * radius ? 1 : 0;
  });
}

Labels bar(std::int64_t begin, std::int64_t end) {
  return labels_of({200, 8, 8}, [=](std::int64_t x, std::int64_t y, std::int64_t z) {
    return x >= begin && x < end && y > 1 && y < 6 && z > 1 && z < 6 ? 1 : 0;
  });
}

std::vector<SurfaceScores> scores_by_class(const Labels& truth, const Labels& prediction,
                                           const SurfaceOptions& options) {
  const auto a = test::source_of(prediction), b = test::source_of(truth);
  Progress progress;
  return surface_scores(*a, *b, options, progress);
}

SurfaceScores scores(const Labels& truth, const Labels& prediction, SurfaceOptions options = {}) {
  return scores_by_class(truth, prediction, options)[1];
}

// By looking at all pairs of voxels.
bool is_surface(const Labels& labels, int of_class, const Index3& at) {
  if (labels(at.x, at.y, at.z) != of_class) {
    return false;
  }
  for (const Index3& step : {Index3{-1, 0, 0}, Index3{1, 0, 0}, Index3{0, -1, 0}, Index3{0, 1, 0},
                             Index3{0, 0, -1}, Index3{0, 0, 1}}) {
    const Index3 next = {at.x + step.x, at.y + step.y, at.z + step.z};
    const Box voxel = {next, {next.x + 1, next.y + 1, next.z + 1}};
    if (!whole(labels.size()).contains(voxel)) {
      return true;
    }
    const int label = labels(next.x, next.y, next.z);
    if (label != of_class && label != ignored_label) {
      return true;
    }
  }
  return false;
}

std::vector<Index3> surface_voxels(const Labels& labels, int of_class) {
  std::vector<Index3> surface;
  for (std::int64_t z = 0; z < labels.size().z; ++z) {
    for (std::int64_t y = 0; y < labels.size().y; ++y) {
      for (std::int64_t x = 0; x < labels.size().x; ++x) {
        if (is_surface(labels, of_class, {x, y, z})) {
          surface.push_back({x, y, z});
        }
      }
    }
  }
  return surface;
}

std::vector<double> distances(const std::vector<Index3>& from, const std::vector<Index3>& to,
                              const Vector3& spacing) {
  std::vector<double> result;
  for (const Index3& a : from) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Index3& b : to) {
      nearest = std::min(nearest, std::hypot(static_cast<double>(a.x - b.x) * spacing.x,
                                             static_cast<double>(a.y - b.y) * spacing.y,
                                             static_cast<double>(a.z - b.z) * spacing.z));
    }
    result.push_back(nearest);
  }
  std::sort(result.begin(), result.end());
  return result;
}

double percentile_95(const std::vector<double>& sorted) {
  const double place = 0.95 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

void check_against_all_pairs(const Labels& truth, const Labels& prediction,
                             const SurfaceScores& found, int of_class, const Vector3& spacing) {
  const auto a = surface_voxels(truth, of_class), b = surface_voxels(prediction, of_class);
  const auto there = distances(a, b, spacing), back = distances(b, a, spacing);
  std::vector<double> all = there;
  all.insert(all.end(), back.begin(), back.end());
  double sum = 0, within_one = 0;
  for (const double distance : all) {
    sum += distance;
    within_one += distance <= (spacing.x + spacing.y + spacing.z) / 3 * 1.000001 ? 1 : 0;
  }
  const auto count = static_cast<double>(all.size());
  CHECK(found.truth_voxels == std::ssize(a));
  CHECK(found.predicted_voxels == std::ssize(b));
  CHECK(found.mean_distance == doctest::Approx(sum / count).epsilon(1e-6));
  CHECK(found.dice_at_1_voxel == doctest::Approx(within_one / count));
  CHECK(found.hausdorff_95 ==
        doctest::Approx(std::max(percentile_95(there), percentile_95(back))).epsilon(1e-6));
}

// Lumps of classes 0 to 2 that are a little elsewhere for another seed.
Labels lumps(const Size3& size, unsigned seed) {
  std::mt19937 random(seed);
  const auto jitter = [&] { return static_cast<std::int64_t>(random() % 3); };
  Labels labels(size);
  for (int lump = 0; lump < 9; ++lump) {
    const Index3 at = {lump * 3 + jitter(), lump * 5 % 11 + jitter(), lump * 7 % 17 + jitter()};
    const Index3 end = {std::min(size.x, at.x + 5), std::min(size.y, at.y + 4),
                        std::min(size.z, at.z + 6)};
    for (std::int64_t z = at.z; z < end.z; ++z) {
      for (std::int64_t y = at.y; y < end.y; ++y) {
        std::fill(labels.view().row(y, z) + at.x, labels.view().row(y, z) + end.x,
                  static_cast<std::uint8_t>(1 + lump % 2));
      }
    }
  }
  return labels;
}

TEST_CASE("surfaces: a truth against itself is perfect") {
  const Labels truth = ball({30, 30, 30}, 15, 9);
  const SurfaceScores found = scores(truth, truth);
  CHECK(found.dice_at_1_voxel == 1);
  CHECK(found.dice_at_2_voxels == 1);
  CHECK(found.mean_distance == 0);
  CHECK(found.hausdorff_95 == 0);
  CHECK(found.far_voxels == 0);
  CHECK(found.truth_voxels == found.predicted_voxels);
}

TEST_CASE("surfaces: of two balls about one centre, in the unit of the spacing") {
  const Labels truth = ball({60, 60, 60}, 30, 20), prediction = ball({60, 60, 60}, 30, 23);
  const SurfaceScores found = scores(truth, prediction, {.spacing = {0.5, 0.5, 0.5}});
  CHECK(found.mean_distance == doctest::Approx(0.5 * 3).epsilon(0.05));
  CHECK(found.hausdorff_95 == doctest::Approx(0.5 * 3).epsilon(0.15));
  CHECK(found.dice_at_1_voxel == 0);
  CHECK(found.dice_at_2_voxels == 0);
  CHECK(scores(truth, ball({60, 60, 60}, 30, 21)).dice_at_2_voxels == 1);
}

TEST_CASE("surfaces: every pair of voxels gives the same figures, for one spacing and for three") {
  const Size3 size = {32, 17, 25};
  const Labels truth = lumps(size, 1), prediction = lumps(size, 2);
  for (const Vector3& spacing :
       {Vector3{1, 1, 1}, Vector3{0.7, 0.7, 0.7}, Vector3{0.7, 1.1, 2.3}}) {
    const auto found = scores_by_class(truth, prediction, {.classes = 3, .spacing = spacing});
    CHECK(std::isnan(found[0].mean_distance));
    check_against_all_pairs(truth, prediction, found[1], 1, spacing);
    check_against_all_pairs(truth, prediction, found[2], 2, spacing);
  }
}

TEST_CASE("surfaces: neither tiles nor threads change a figure") {
  const Labels truth = bar(20, 120), prediction = bar(90, 180);
  const SurfaceScores all = scores(truth, prediction);
  CHECK(all.far_voxels > 0);
  for (const Size3& tile : {Size3{7, 3, 2}, Size3{64, 8, 5}, Size3{150, 8, 8}}) {
    const SurfaceScores found = scores(truth, prediction, {.tile = tile, .threads = 3});
    CHECK(found.dice_at_1_voxel == all.dice_at_1_voxel);
    CHECK(found.dice_at_2_voxels == all.dice_at_2_voxels);
    CHECK(found.mean_distance == all.mean_distance);
    CHECK(found.hausdorff_95 == all.hausdorff_95);
    CHECK(found.far_voxels == all.far_voxels);
    CHECK(found.truth_voxels == all.truth_voxels);
  }
}

TEST_CASE("surfaces: what is farther than the limit counts as the limit") {
  const SurfaceScores found = scores(bar(0, 10), bar(190, 200), {.spacing = {2, 2, 2}});
  CHECK(found.mean_distance == 128);
  CHECK(found.hausdorff_95 == 128);
  CHECK(found.far_voxels == found.truth_voxels + found.predicted_voxels);
  const SurfaceScores missed = scores(bar(0, 10), Labels(Size3{200, 8, 8}));
  CHECK(missed.dice_at_2_voxels == 0);
  CHECK(missed.hausdorff_95 == 64);
  CHECK(missed.predicted_voxels == 0);
  CHECK(std::isnan(scores(Labels(Size3{4, 4, 4}), Labels(Size3{4, 4, 4})).mean_distance));
}

TEST_CASE("surfaces: with spacings far apart, 2 voxels are still told from the limit") {
  const Vector3 spacing = {1, 1, 200};
  const auto plate = [](std::int64_t at) {
    return labels_of({4, 4, 8}, [at](auto, auto, std::int64_t z) { return z == at ? 1 : 0; });
  };
  CHECK(scores(plate(2), plate(3), {.spacing = spacing}).mean_distance ==
        doctest::Approx(2 * (1 + 1 + 200) / 3.0));
}

TEST_CASE("surfaces: the volume's border ends a body") {
  const Labels full = labels_of({5, 5, 5}, [](auto...) { return 1; });
  CHECK(scores(full, full).truth_voxels == 125 - 27);
}

TEST_CASE("surfaces: where nobody has looked there is none, in neither volume") {
  // A mask of slice 4 alone: its outline, not its faces.
  Labels truth = ball({24, 24, 9}, 12, 8);
  for (std::int64_t z = 0; z < 9; ++z) {
    if (z != 4) {
      std::fill_n(truth.view().row(0, z), 24 * 24, ignored_label);
    }
  }
  const SurfaceScores found = scores(truth, Labels(Size3{24, 24, 9}));
  CHECK(found.truth_voxels > 0);
  CHECK(found.truth_voxels < 24);
  CHECK(scores(truth, ball({24, 24, 9}, 12, 8)).mean_distance == 0);
  const Labels unknown = labels_of({6, 6, 6}, [](auto...) { return ignored_label; });
  CHECK(scores(unknown, ball({6, 6, 6}, 3, 2)).predicted_voxels == 0);
}

}  // namespace
}  // namespace fossilct
