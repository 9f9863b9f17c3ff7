// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "volumes/volume_source.h"

namespace fossilct {

// How many voxels the numbered bodies of two volumes share; 0 is background. All scores of
// instances follow from it.
struct InstanceOverlaps {
  std::map<std::uint32_t, std::int64_t> truth;      // voxels of each body
  std::map<std::uint32_t, std::int64_t> predicted;  // and of each that was found
  // Pairs (truth, predicted) that share a voxel, and how many.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> shared;
};

// One pass over two volumes of numbers (u8, u16 or u32) of one size (assert), the stage "bodies".
// `labels`, where given, are the true classes (u8, the same size): voxels in which they are 255
// count nowhere. Cost: some 3 ns a voxel. Memory: a slab of each, and some 100 bytes a pair.
// Throws what the sources throw.
InstanceOverlaps count_overlaps(VolumeSource& prediction, VolumeSource& truth, VolumeSource* labels,
                                Progress& progress);

// Smallest IoU, in percent, at which a predicted body is that of the truth.
inline constexpr std::array<int, 10> match_percents = {50, 55, 60, 65, 70, 75, 80, 85, 90, 95};

// Of matching one to one, IoU being at least `percent`. A ratio of nothing by nothing is NaN.
struct MatchScores {
  int percent = 0;
  std::int64_t matched = 0;      // TP
  double precision = 0;          // TP / predicted bodies
  double recall = 0;             // TP / bodies of the truth
  double f1 = 0;                 // 2 TP / (bodies of both)
  double average_precision = 0;  // TP / (TP + FP + FN)
};

// A body that stands for several of the other volume.
struct BodyGroup {
  std::uint32_t one = 0;
  std::vector<std::uint32_t> many;  // rising
  friend bool operator==(const BodyGroup&, const BodyGroup&) = default;
};

struct InstanceScores {
  std::int64_t truth_bodies = 0;
  std::int64_t predicted_bodies = 0;
  std::array<MatchScores, match_percents.size()> matches;
  // The mean of TP / (TP + FP + FN) over match_percents: the score of the 2018 Data Science Bowl
  // and of StarDist (Weigert et al. 2020), which knows no confidences; not COCO's, which is the
  // area under a curve.
  double average_precision = 0;
  // Sum of the IoU of matches with an IoU above a half, by TP + FP / 2 + FN / 2; and the mean of
  // these IoU (Kirillov et al. 2019, arXiv 1801.00868, equations 1 and 2).
  double panoptic_quality = 0;
  double segmentation_quality = 0;
  // Predicted bodies that have more than half of each of several of the truth in them, and bodies
  // of the truth that have more than half of each of several predicted ones in them.
  std::vector<BodyGroup> merged;
  std::vector<BodyGroup> split;
};

// Above an IoU of a half no body has two partners. At exactly a half one may have two, of which it
// is made; one of them is then its match, that with the smaller number.
InstanceScores scores_of(const InstanceOverlaps& overlaps);
Json to_json(const InstanceScores& scores);

}  // namespace fossilct
