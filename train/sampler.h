// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "segment/axis.h"
#include "train/recipe.h"
#include "train/split.h"

namespace fossilct {

// A scan as samples are drawn from it.
struct SampledScan {
  Size3 size;
  ScanSplit split;
  LabelSurvey survey;
};

// Where a sample comes from: a part of a slice at full resolution, inside the scan.
struct SamplePlan {
  int scan = 0;
  SlicePart part;
};

// Draws samples. The n-th batch of an epoch is a function of seed, epoch and n alone, so that
// loading ahead, stopping and going on change nothing.
//
// A batch of whole slices (crop 0) is of one scan and one axis, for slices of different shapes make
// no batch; an epoch shows each once, the last batch of a scan and axis filled up with some of its
// others. Of crops a share, spread evenly over an epoch's places, hold a voxel of a class drawn
// uniformly from those of the scans, in a scan drawn uniformly from those that have it; the rest go
// through all slices of all axes in random order, cut at a random place.
class Sampler {
 public:
  // `scans` must outlive it. Throws Error{format} where no scan has a training slice of these axes.
  Sampler(const std::vector<SampledScan>& scans, const std::vector<Axis>& axes,
          double foreground_share, const Stage& stage, std::uint64_t seed);

  // Of a scan and an axis, how many slices there are to draw from.
  std::int64_t slices() const { return static_cast<std::int64_t>(slices_.size()); }
  // Batches (of stage.batch * stage.accumulate samples) an epoch.
  std::int64_t steps_an_epoch() const;
  // The samples of a step; `epoch` counts over all stages.
  std::vector<SamplePlan> step(std::int64_t epoch, std::int64_t step) const;

 private:
  struct Slice {
    int scan;
    Axis axis;
    std::int64_t slice;
  };
  // The slices of a scan and an axis, which follow one another.
  struct Group {
    std::size_t first;
    std::int64_t slices;
  };

  // The training slices along z that hold a class, with the sums of its voxels up to each.
  struct ScanOfClass {
    int scan = 0;
    std::vector<std::int64_t> slices;
    std::vector<std::int64_t> voxels_up_to;
  };
  struct Foreground {
    std::size_t label = 0;
    std::vector<ScanOfClass> scans;
  };

  ScanOfClass scan_of_class(int scan, std::size_t label) const;
  void list_slices();
  void list_groups();
  void list_classes();
  std::int64_t samples_a_step() const;
  std::int64_t batches_of(const Group& group) const;  // of whole slices
  std::int64_t batches_of_all() const;
  // `place` counts the samples of an epoch.
  bool is_for_foreground(std::int64_t place) const;
  std::vector<SamplePlan> whole_slices_of(std::int64_t epoch, std::int64_t step) const;
  SamplePlan foreground_sample(std::uint64_t seed) const;
  // A crop of `slice` that holds row and column somewhere.
  SamplePlan cut(const Slice& slice, std::int64_t row, std::int64_t column,
                 std::uint64_t seed) const;
  // Rows and columns that may be cut from: those of training slices.
  SlicePart extent(const Slice& slice) const;
  // The n-th of all slices in the epoch's order.
  const Slice& shuffled(std::int64_t epoch, std::int64_t n) const;

  const std::vector<SampledScan>& scans_;
  std::vector<Axis> axes_;
  double foreground_share_;
  Stage stage_;
  std::uint64_t seed_;
  std::vector<Slice> slices_;
  std::vector<Group> groups_;
  std::vector<Foreground> foreground_;  // one a class that occurs, but 0
};

}  // namespace fossilct
