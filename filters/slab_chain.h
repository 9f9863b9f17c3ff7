// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "filters/slab_labels.h"
#include "volumes/volume_source.h"

namespace fossilct {

// Private to `filters`: a volume's slabs, labelled one by one and joined in order.

// How `size` is cut. Throws Error{format} for slices of 2^32 voxels or more.
SlabPlan slab_plan(const Size3& size, std::int64_t slab_slices);
SlabPlan slab_plan(const VolumeSource& labels, const ComponentOptions& options);

// Reads a volume upwards and labels as many slabs at once as there are threads.
class SlabReader {
 public:
  SlabReader(VolumeSource& labels, const ComponentOptions& options, const SlabPlan& plan);

  // Labels the next slabs; false where there are none.
  bool next();
  std::span<const SlabLabels> slabs() const { return {slabs_.data(), slab_count_}; }
  std::int64_t z_begin() const { return slab_count_ == 0 ? 0 : slabs_.front().z_begin(); }
  std::int64_t z_end() const { return z_end_; }

 private:
  void read_more();

  VolumeSource& labels_;
  ComponentOptions options_;
  Foreground foreground_;
  SlabPlan plan_;
  AnyVolume voxels_;
  Box voxels_box_;
  std::vector<SlabLabels> slabs_;
  std::size_t slab_count_ = 0;
  std::int64_t z_end_ = 0;
};

// What is told of the components of slabs as they are joined. A piece is what is known of a
// component so far, by a number of the observer's choice.
class Pieces {
 public:
  virtual ~Pieces() = default;
  virtual std::uint32_t begin(const Component& part) = 0;
  virtual void extend(std::uint32_t piece, const Component& part) = 0;
  // Two turn out to be one; returns its number from here on.
  virtual std::uint32_t join(std::uint32_t a, std::uint32_t b) = 0;
};

// Joins slabs in order. Memory: the runs of a slice and some bytes a component of a slab.
class SlabChain {
 public:
  explicit SlabChain(Connectivity connectivity) : earlier_(earlier_rows(connectivity)) {}

  // Sets the piece of each label of the slab. Pieces begin in raster order of their first voxels.
  void add(const SlabLabels& slab, Pieces& pieces, std::vector<std::uint32_t>& piece_of_label);

  // The pieces in the last slice, for an observer that renumbers them.
  std::span<std::uint32_t> open_pieces() { return open_; }

 private:
  void unite_with_last_slice(const SlabLabels& slab);
  void keep_last_slice(const SlabLabels& slab, std::span<const std::uint32_t> piece_of_label);
  std::uint32_t root_of(std::uint32_t node);
  std::uint32_t node_of(std::uint32_t label) const {
    return static_cast<std::uint32_t>(open_.size()) + label;
  }

  std::span<const EarlierRow> earlier_;
  std::vector<std::uint32_t> open_;  // by the labels of last_slice_
  std::vector<std::uint32_t>
      parent_;  // of open pieces, then of the slab's labels; the less the root
  std::vector<Contact> contacts_;
  std::vector<Run> last_slice_;
  std::vector<std::size_t> last_row_begin_;
};

}  // namespace fossilct
