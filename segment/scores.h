// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/json.h"
#include "volumes/volume.h"

namespace fossilct {

// A label that is not counted: a voxel nobody has looked at.
constexpr std::uint8_t ignored_label = 255;

// Counts of (truth, prediction) pairs; all voxel scores follow from it. Adding is exact and in any
// order, so it can be filled slab by slab or merged.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int classes);

  // Pairs whose truth is `ignore` are left out. Throws Error{format} naming a label at or beyond
  // the number of classes; asserts equal lengths. Cost: a pass, some 1 ns a voxel.
  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction,
           std::uint8_t ignore = ignored_label);
  void add(const ConfusionMatrix& other);

  int classes() const { return classes_; }
  std::int64_t count(int truth, int prediction) const;
  std::int64_t total() const;

 private:
  int classes_;
  std::vector<std::int64_t> counts_;  // [truth][prediction]
};

// Of one class against all others, in voxels: TP, FP, FN from the matrix. A ratio of nothing by
// nothing (a class that is neither there nor predicted) is NaN, and written as null.
struct ClassScores {
  double iou = 0;           // TP / (TP + FP + FN)
  double dice = 0;          // 2 TP / (2 TP + FP + FN)
  double precision = 0;     // TP / (TP + FP)
  double recall = 0;        // TP / (TP + FN)
  double volume_error = 0;  // (TP + FP) / (TP + FN) - 1
};

struct Scores {
  std::vector<ClassScores> by_class;
  double mean_foreground_iou = 0;  // over classes 1 .. that are there or predicted
  double accuracy = 0;
  // Share of foreground voxels (truth not 0) with the right class: what Carvalho et al. 2020 call
  // IoU. Blind to background that is taken for a fossil.
  double foreground_recall = 0;
};
Scores scores_of(const ConfusionMatrix& matrix);
Json to_json(const Scores& scores);

// Boundary (surface) Dice of one class, slice by slice in the plane (Nikolov et al. 2018, arXiv
// 1809.04430, section "surface DSC", here in pixels): the share of both boundaries that lies within
// `tolerance` pixels (Euclidean) of the other. A boundary pixel is of the class and has a
// 4-neighbour within the slice that is not. Ignored truth counts as prediction, so that it adds no
// boundary.
class BoundaryDice {
 public:
  BoundaryDice(int of_class, int tolerance) : class_(of_class), tolerance_(tolerance) {}

  // Two slices of one size, row by row. Cost: two passes and (2 tolerance + 1)^2 a boundary pixel.
  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> prediction,
           std::int64_t width);
  // NaN where no slice had a boundary.
  double value() const;

 private:
  int class_;
  int tolerance_;
  std::int64_t near_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace fossilct
