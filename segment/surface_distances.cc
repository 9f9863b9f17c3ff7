// SPDX-License-Identifier: Apache-2.0
#include "segment/surface_distances.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <map>
#include <span>

#include "base/threads.h"
#include "filters/distance_transform.h"
#include "segment/scores.h"
#include "volumes/volume.h"

namespace fossilct {

namespace {

using Labels = Volume<std::uint8_t>;
using LabelView = VolumeView<const std::uint8_t>;
using MaskView = VolumeView<std::uint8_t>;

constexpr double widest_tolerance = 2;  // in mean voxels

// Lengths in edges of the smallest spacing: where all are alike, squares are whole numbers, and
// floats of them exact.
struct Scale {
  explicit Scale(const Vector3& spacing)
      : unit(std::min({spacing.x, spacing.y, spacing.z})),
        relative{spacing.x / unit, spacing.y / unit, spacing.z / unit},
        mean((relative.x + relative.y + relative.z) / 3),
        limit(std::max<double>(surface_limit_voxels, widest_tolerance * mean)) {}

  Size3 halo() const {
    const auto along = [&](double edge) {
      return static_cast<std::int64_t>(std::ceil(limit / edge));
    };
    return {along(relative.x), along(relative.y), along(relative.z)};
  }

  double unit;
  Vector3 relative;
  double mean;
  double limit;
};

// Calls body(y, z) for every row of a size, slices on several threads.
template <typename Body>
void for_each_row(const Size3& size, int threads, Body&& body) {
  parallel_for(size.z, threads, [&](std::int64_t z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      body(y, z);
    }
  });
}

// The labels of `box` with a rim of one voxel, which is background outside the volume.
Labels with_rim(VolumeSource& source, const Box& box) {
  const Box rim = {{box.begin.x - 1, box.begin.y - 1, box.begin.z - 1},
                   {box.end.x + 1, box.end.y + 1, box.end.z + 1}};
  const Box read = common(rim, whole(source.grid().size));
  Labels labels(rim.size());
  source.read(read, labels.view().part(relative(read, rim.begin)));
  return labels;
}

void ignore_where(const LabelView& truth, const MaskView& prediction, int threads) {
  for_each_row(truth.size(), threads, [&](std::int64_t y, std::int64_t z) {
    const std::uint8_t* const known = truth.row(y, z);
    std::uint8_t* const labels = prediction.row(y, z);
    for (std::int64_t x = 0; x < truth.size().x; ++x) {
      labels[x] = known[x] == ignored_label ? ignored_label : labels[x];
    }
  });
}

// 1 in the surface voxels of a class, of the size without the rim.
Labels surface_of(const LabelView& labels, std::uint8_t of_class, int threads) {
  const Size3& size = labels.size();
  Labels surface = Labels::uninitialised({size.x - 2, size.y - 2, size.z - 2});
  const auto out = surface.view();
  for_each_row(out.size(), threads, [&](std::int64_t y, std::int64_t z) {
    const std::uint8_t* const here = labels.row(y + 1, z + 1) + 1;
    const std::array around = {here - 1,
                               here + 1,
                               labels.row(y, z + 1) + 1,
                               labels.row(y + 2, z + 1) + 1,
                               labels.row(y + 1, z) + 1,
                               labels.row(y + 1, z + 2) + 1};
    std::uint8_t* const to = out.row(y, z);
    for (std::int64_t x = 0; x < out.size().x; ++x) {
      int others = 0;
      for (const std::uint8_t* const neighbour : around) {
        others |= int{neighbour[x] != of_class} & int{neighbour[x] != ignored_label};
      }
      to[x] = static_cast<std::uint8_t>(int{here[x] == of_class} & others);
    }
  });
  return surface;
}

// The smallest box around the voxels of `box` where the two differ; empty where they are the same.
Box differing(const LabelView& a, const LabelView& b, const Box& box) {
  Box found = {box.end, box.begin};
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      const std::uint8_t* const row = a.row(y, z);
      const std::uint8_t* const other = b.row(y, z);
      const std::uint8_t* const end = row + box.end.x;
      const auto first = std::mismatch(row + box.begin.x, end, other + box.begin.x).first;
      if (first == end) {
        continue;
      }
      std::int64_t last = box.end.x;
      while (row[last - 1] == other[last - 1]) {
        --last;
      }
      found.begin = {std::min(found.begin.x, first - row), std::min(found.begin.y, y),
                     std::min(found.begin.z, z)};
      found.end = {std::max(found.end.x, last), std::max(found.end.y, y + 1),
                   std::max(found.end.z, z + 1)};
    }
  }
  return found;
}

// How often each squared distance occurs: with one spacing at most 4096 of them.
class DistanceCounts {
 public:
  void add(float squared, std::int64_t count) { counts_[squared] += count; }

  std::int64_t within(double squared) const {
    std::int64_t sum = 0;
    for (const auto& [value, count] : counts_) {
      sum += static_cast<double>(value) <= squared ? count : 0;
    }
    return sum;
  }
  std::int64_t total() const { return within(std::numeric_limits<double>::infinity()); }
  double sum_of_distances() const {
    double sum = 0;
    for (const auto& [value, count] : counts_) {
      sum += std::sqrt(static_cast<double>(value)) * static_cast<double>(count);
    }
    return sum;
  }
  // numpy.percentile's, share 0 to 1; 0 where there is none.
  double quantile(double share) const {
    const double place = share * static_cast<double>(std::max<std::int64_t>(0, total() - 1));
    const auto before = static_cast<std::int64_t>(place);
    const double below = distance_at(before);
    return below + (place - static_cast<double>(before)) * (distance_at(before + 1) - below);
  }

 private:
  // The distance at a place of the rising order; the largest beyond its end.
  double distance_at(std::int64_t place) const {
    double distance = 0;
    for (const auto& [value, count] : counts_) {
      distance = std::sqrt(static_cast<double>(value));
      place -= count;
      if (place < 0) {
        break;
      }
    }
    return distance;
  }

  std::map<float, std::int64_t> counts_;
};

struct ClassDistances {
  DistanceCounts from_truth;
  DistanceCounts from_prediction;
};

std::int64_t count_in_both(const LabelView& a, const LabelView& b) {
  std::int64_t count = 0;
  for (std::int64_t z = 0; z < a.size().z; ++z) {
    for (std::int64_t y = 0; y < a.size().y; ++y) {
      for (std::int64_t x = 0; x < a.size().x; ++x) {
        count += int{a.row(y, z)[x]} & int{b.row(y, z)[x]};
      }
    }
  }
  return count;
}

// One tile: of boxes, `core` is what is counted and `box` what is known, in voxels of the volume.
class Tile {
 public:
  Tile(const Box& core, const Box& box, const Scale& scale, int threads)
      : core_(relative(core, box.begin)), size_(box.size()), scale_(scale), threads_(threads) {}

  // Between two surfaces, masks of `box`.
  void add(const LabelView& truth, const LabelView& prediction, ClassDistances& to) const {
    const std::int64_t both = count_in_both(truth.part(core_), prediction.part(core_));
    if (both > 0) {
      to.from_truth.add(0, both);
      to.from_prediction.add(0, both);
    }
    const Box asked = differing(truth, prediction, core_);
    if (!asked.empty()) {
      add_beside(truth, prediction, asked, to.from_truth);
      add_beside(prediction, truth, asked, to.from_prediction);
    }
  }

 private:
  // The distances to `other` of what is of `surface` and not of `other`, in the box `asked`.
  void add_beside(const LabelView& surface, const LabelView& other, const Box& asked,
                  DistanceCounts& to) const {
    const Box around = padded(asked, scale_.halo(), size_);
    const Volume<float> squares = squared_distance_transform(
        other.part(around),
        {.spacing = scale_.relative, .limit = scale_.limit, .threads = threads_});
    const auto distance = squares.view().part(relative(asked, around.begin));
    const LabelView from = surface.part(asked);
    for (std::int64_t z = 0; z < from.size().z; ++z) {
      for (std::int64_t y = 0; y < from.size().y; ++y) {
        for (std::int64_t x = 0; x < from.size().x; ++x) {
          if (from.row(y, z)[x] != 0 && distance.row(y, z)[x] > 0) {
            to.add(distance.row(y, z)[x], 1);
          }
        }
      }
    }
  }

  Box core_;
  Size3 size_;
  const Scale& scale_;
  int threads_;
};

// Pieces of nearly the same size, at most `most` voxels each: 0, ..., length.
std::vector<std::int64_t> cuts(std::int64_t length, std::int64_t most) {
  const std::int64_t pieces = (length + most - 1) / most;
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i <= pieces; ++i) {
    places.push_back(length * i / pieces);
  }
  return places;
}

std::vector<Box> tiles_of(const Size3& size, const Size3& most) {
  const auto xs = cuts(size.x, most.x), ys = cuts(size.y, most.y), zs = cuts(size.z, most.z);
  std::vector<Box> tiles;
  for (std::size_t z = 0; z + 1 < zs.size(); ++z) {
    for (std::size_t y = 0; y + 1 < ys.size(); ++y) {
      for (std::size_t x = 0; x + 1 < xs.size(); ++x) {
        tiles.push_back({{xs[x], ys[y], zs[z]}, {xs[x + 1], ys[y + 1], zs[z + 1]}});
      }
    }
  }
  return tiles;
}

SurfaceScores scores_of(const ClassDistances& distances, const Scale& scale) {
  constexpr double rounding = 1 + 1e-6;
  const DistanceCounts& a = distances.from_truth;
  const DistanceCounts& b = distances.from_prediction;
  SurfaceScores scores = {.truth_voxels = a.total(), .predicted_voxels = b.total()};
  const auto all = static_cast<double>(scores.truth_voxels + scores.predicted_voxels);
  if (all == 0) {
    return scores;
  }
  const auto share_within = [&](double voxels) {
    const double squared = voxels * scale.mean * voxels * scale.mean * rounding;
    return static_cast<double>(a.within(squared) + b.within(squared)) / all;
  };
  scores.dice_at_1_voxel = share_within(1);
  scores.dice_at_2_voxels = share_within(widest_tolerance);
  scores.mean_distance = scale.unit * (a.sum_of_distances() + b.sum_of_distances()) / all;
  scores.hausdorff_95 = scale.unit * std::max(a.quantile(0.95), b.quantile(0.95));
  const double below_limit = scale.limit * scale.limit / rounding;
  scores.far_voxels = a.total() + b.total() - a.within(below_limit) - b.within(below_limit);
  return scores;
}

}  // namespace

std::vector<SurfaceScores> surface_scores(VolumeSource& prediction, VolumeSource& truth,
                                          const SurfaceOptions& options, Progress& progress) {
  const Size3 size = truth.grid().size;
  assert(prediction.grid().size == size && options.classes <= ignored_label);
  assert(prediction.type() == PixelType::u8 && truth.type() == PixelType::u8);
  const Scale scale(options.spacing);
  std::vector<ClassDistances> distances(static_cast<std::size_t>(options.classes));
  progress.begin("surfaces", voxel_count(size), WorkUnit::voxels);
  for (const Box& core : tiles_of(size, options.tile)) {
    const Box box = padded(core, scale.halo(), size);
    const Labels of_truth = with_rim(truth, box);
    Labels of_prediction = with_rim(prediction, box);
    ignore_where(of_truth.view(), of_prediction.view(), options.threads);
    const Tile tile(core, box, scale, options.threads);
    for (int c = 1; c < options.classes; ++c) {
      progress.check();
      const auto label = static_cast<std::uint8_t>(c);
      tile.add(surface_of(of_truth.view(), label, options.threads).view(),
               surface_of(std::as_const(of_prediction).view(), label, options.threads).view(),
               distances[static_cast<std::size_t>(c)]);
    }
    progress.advance(voxel_count(core.size()));
  }
  progress.end();
  std::vector<SurfaceScores> scores;
  for (const ClassDistances& of_class : distances) {
    scores.push_back(scores_of(of_class, scale));
  }
  return scores;
}

}  // namespace fossilct
