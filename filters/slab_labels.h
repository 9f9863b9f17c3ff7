// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "filters/components.h"
#include "volumes/any_view.h"

namespace fossilct {

// Private to `filters`: the connected components of one slab.

// Which values are foreground.
class Foreground {
 public:
  explicit Foreground(std::vector<std::uint32_t> classes);  // empty: all but 0
  bool contains(std::uint32_t value) const {
    return value < low_.size() ? low_[value] : contains_high(value);
  }

 private:
  bool contains_high(std::uint32_t value) const;

  std::vector<std::uint32_t> classes_;  // sorted
  std::array<bool, 256> low_{};
};

// Voxels begin <= x < end of a row, all foreground and (unless classes are taken together) of one
// value. Label: the number of its component in the slab.
struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t value = 0;
  std::uint32_t label = 0;
};

// A row that comes earlier in raster order and touches this one; reach: how far apart in x two of
// their voxels may lie and still be neighbours.
struct EarlierRow {
  int dy = 0;
  int dz = 0;
  std::uint32_t reach = 0;
};
std::span<const EarlierRow> earlier_rows(Connectivity connectivity);

// Two runs that touch and have the same value, by their labels.
struct Contact {
  std::uint32_t earlier = 0;
  std::uint32_t label = 0;
};
enum class Labels { of_one_slab, of_two_slabs };
// Those between the runs of two rows, until `room`, where they are kept, is used again; without
// those of runs that have the same label of one slab, and are known to be joined.
std::span<const Contact> find_contacts(std::span<const Run> earlier, std::span<const Run> row,
                                       std::uint32_t reach, Labels labels,
                                       std::vector<Contact>& room);

// The runs of a slab and the components they make, found by uniting each row's runs with those they
// touch in earlier rows (the run-based two-scan labelling of He, Chao and Suzuki 2008, IEEE Trans.
// Image Process. 17(5), in 3D). Keeps its memory for the next slab.
class SlabLabels {
 public:
  // Labels the slab that begins at slice z_begin (u8, u16, u32; assert). Components are numbered in
  // raster order of their first voxels.
  void label(const AnyConstView& slab, std::int64_t z_begin, const Foreground& foreground,
             const ComponentOptions& options);

  std::int64_t z_begin() const { return z_begin_; }
  std::int64_t z_end() const { return z_begin_ + size_.z; }
  const Size3& size() const { return size_; }
  std::span<const Run> row(std::int64_t y, std::int64_t z) const {
    const auto r = static_cast<std::size_t>((z - z_begin_) * size_.y + y);
    return {runs_.get() + row_begin_[r], runs_.get() + row_begin_[r + 1]};
  }
  // Of the part that lies in the slab; touches_border is not set.
  const std::vector<Component>& components() const { return components_; }

 private:
  template <typename T>
  void label_view(const VolumeView<const T>& slab, const Foreground& foreground,
                  const ComponentOptions& options);
  void unite_with_earlier(std::int64_t y, std::int64_t z, std::span<const EarlierRow> earlier);
  std::uint32_t root_of(std::uint32_t run);
  template <typename T>
  void number_components(const VolumeView<const T>& slab);
  void make_room(std::uint32_t runs);

  Size3 size_;
  std::int64_t z_begin_ = 0;
  std::vector<std::uint32_t> row_begin_;
  std::unique_ptr<Run[]> runs_;
  std::uint32_t run_count_ = 0;
  std::size_t capacity_ = 0;
  std::vector<Contact> contacts_;
  std::vector<Component> components_;
};

// Adds the facts of another part of the same component.
void absorb(Component& component, const Component& part);

}  // namespace fossilct
