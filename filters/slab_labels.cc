// SPDX-License-Identifier: Apache-2.0
#include "filters/slab_labels.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <type_traits>
#include <utility>

namespace fossilct {

static_assert(std::endian::native == std::endian::little, "bits_of takes byte 0 as the lowest");

namespace {

constexpr std::int64_t block = 64;

// Bit i is byte i of the block, each 0 or 1. Eight bytes times 2^7 + 2^14 + ... + 2^56 have their
// bits, in order, in the highest byte.
std::uint64_t bits_of(const std::uint8_t* flags) {
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags + 8 * i, sizeof eight);
    bits |= (eight * 0x0102040810204080U >> 56) << (8 * i);
  }
  return bits;
}

// Bit i: voxel i differs from the one before it. At most `block` voxels are looked at.
template <typename T>
std::uint64_t changes(const T* row, std::int64_t count) {
  std::uint8_t flags[block] = {};
  if (count >= block) {
    for (std::int64_t i = 0; i < block; ++i) {
      flags[i] = row[i] != row[i - 1];
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      flags[i] = row[i] != row[i - 1];
    }
  }
  return bits_of(flags);
}

// Calls segment(begin, end) for each longest stretch of equal voxels of a row.
template <typename T, typename Segment>
void for_each_segment(const T* row, std::int64_t length, Segment&& segment) {
  std::int64_t begin = 0;
  for (std::int64_t x = 1; x < length; x += block) {
    for (std::uint64_t bits = changes(row + x, length - x); bits != 0; bits &= bits - 1) {
      const std::int64_t end = x + std::countr_zero(bits);
      segment(begin, end);
      begin = end;
    }
  }
  segment(begin, length);
}

// Writes the runs of a row behind each other, their labels counting from first_label, and returns
// how many. There must be room for one more than `length`.
template <typename T>
std::uint32_t find_runs(const T* row, std::int64_t length, const Foreground& foreground,
                        std::uint32_t first_label, Run* runs) {
  Run* next = runs;
  for_each_segment(row, length, [&](std::int64_t begin, std::int64_t end) {
    const std::uint32_t value = row[begin];
    // Written in any case, kept if foreground: which it is can't be predicted.
    *next = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), value,
             first_label + static_cast<std::uint32_t>(next - runs)};
    next += foreground.contains(value);
  });
  return static_cast<std::uint32_t>(next - runs);
}

// Runs that follow each other without a gap become one, and all values the same.
std::uint32_t take_together(Run* runs, std::uint32_t count) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (kept > 0 && runs[kept - 1].end == runs[i].begin) {
      runs[kept - 1].end = runs[i].end;
    } else {
      runs[kept] = {runs[i].begin, runs[i].end, 1, runs[0].label + kept};
      ++kept;
    }
  }
  return kept;
}

// Runs of different values that follow each other without a gap.
bool has_adjacent(std::span<const Run> row) {
  bool found = false;
  for (std::size_t i = 1; i < row.size(); ++i) {
    found |= row[i - 1].end == row[i].begin;
  }
  return found;
}

// Two pointers, without a branch that data decide: contacts are written in any case and kept where
// they are some. Returns the end of those kept.
template <bool adjacent>
Contact* write_contacts(std::span<const Run> earlier, std::span<const Run> row, std::uint32_t reach,
                        Labels labels, Contact* next) {
  const bool any_labels = labels == Labels::of_two_slabs;
  const Run* a = earlier.data();
  const Run* b = row.data();
  const Run* const a_end = a + earlier.size();
  const Run* const b_end = b + row.size();
  while (a != a_end && b != b_end) {
    *next = {a->label, b->label};
    next += (a->begin < b->end + reach) & (b->begin < a->end + reach) & (a->value == b->value) &
            (any_labels | (a->label != b->label));
    if (adjacent && a->end == b->end && b + 1 != b_end && b[1].begin < a->end + reach) {
      *next = {a->label, b[1].label};
      next += a->value == b[1].value;
    }
    const bool first_ends = a->end <= b->end;
    a += first_ends;
    b += !first_ends;
  }
  return next;
}

Component component_of(const Run& run, std::uint32_t value, std::int64_t y, std::int64_t z) {
  return {.voxels = 0,
          .box = {{run.begin, y, z}, {run.end, y + 1, z + 1}},
          .first = {run.begin, y, z},
          .value = value};
}

// Rows come in raster order, so that z and the first voxel need no comparing.
void add_run(Component& component, const Run& run, std::int64_t y, std::int64_t z) {
  component.voxels += run.end - run.begin;
  Box& box = component.box;
  box.begin.x = std::min<std::int64_t>(box.begin.x, run.begin);
  box.end.x = std::max<std::int64_t>(box.end.x, run.end);
  box.begin.y = std::min(box.begin.y, y);
  box.end.y = std::max(box.end.y, y + 1);
  box.end.z = z + 1;
}

}  // namespace

Foreground::Foreground(std::vector<std::uint32_t> classes) : classes_(std::move(classes)) {
  std::sort(classes_.begin(), classes_.end());
  std::fill(low_.begin() + 1, low_.end(), classes_.empty());
  for (const std::uint32_t value : classes_) {
    if (value < low_.size()) {
      low_[value] = true;
    }
  }
}

bool Foreground::contains_high(std::uint32_t value) const {
  return classes_.empty() || std::binary_search(classes_.begin(), classes_.end(), value);
}

std::span<const EarlierRow> earlier_rows(Connectivity connectivity) {
  static constexpr EarlierRow faces[] = {{0, -1, 0}, {-1, 0, 0}};
  static constexpr EarlierRow edges[] = {{-1, -1, 0}, {0, -1, 1}, {1, -1, 0}, {-1, 0, 1}};
  static constexpr EarlierRow corners[] = {{-1, -1, 1}, {0, -1, 1}, {1, -1, 1}, {-1, 0, 1}};
  switch (connectivity) {
    case Connectivity::faces:
      return faces;
    case Connectivity::edges:
      return edges;
    case Connectivity::corners:
      return corners;
  }
  __builtin_unreachable();
}

std::span<const Contact> find_contacts(std::span<const Run> earlier, std::span<const Run> row,
                                       std::uint32_t reach, Labels labels,
                                       std::vector<Contact>& room) {
  const std::size_t most = 2 * (earlier.size() + row.size());
  if (room.size() < most) {
    room.resize(most);
  }
  const bool adjacent = reach > 0 && has_adjacent(row);
  const Contact* const end = adjacent
                                 ? write_contacts<true>(earlier, row, reach, labels, room.data())
                                 : write_contacts<false>(earlier, row, reach, labels, room.data());
  return {room.data(), end};
}

void absorb(Component& component, const Component& part) {
  component.voxels += part.voxels;
  Box& box = component.box;
  box.begin = {std::min(box.begin.x, part.box.begin.x), std::min(box.begin.y, part.box.begin.y),
               std::min(box.begin.z, part.box.begin.z)};
  box.end = {std::max(box.end.x, part.box.end.x), std::max(box.end.y, part.box.end.y),
             std::max(box.end.z, part.box.end.z)};
}

void SlabLabels::label(const AnyConstView& slab, std::int64_t z_begin, const Foreground& foreground,
                       const ComponentOptions& options) {
  assert(is_label_type(slab.type()));
  size_ = slab.size();
  z_begin_ = z_begin;
  dispatch(slab.type(), [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_unsigned_v<T>) {
      label_view(slab.as<T>(), foreground, options);
    }
  });
}

template <typename T>
void SlabLabels::label_view(const VolumeView<const T>& slab, const Foreground& foreground,
                            const ComponentOptions& options) {
  const auto earlier = earlier_rows(options.connectivity);
  row_begin_.assign(1, 0);
  run_count_ = 0;
  for (std::int64_t z = 0; z < size_.z; ++z) {
    for (std::int64_t y = 0; y < size_.y; ++y) {
      make_room(static_cast<std::uint32_t>(size_.x) + 1);
      Run* const runs = runs_.get() + run_count_;
      std::uint32_t count = find_runs(slab.row(y, z), size_.x, foreground, run_count_, runs);
      count = options.together ? take_together(runs, count) : count;
      run_count_ += count;
      row_begin_.push_back(run_count_);
      unite_with_earlier(y, z_begin_ + z, earlier);
    }
  }
  number_components(slab);
}

void SlabLabels::make_room(std::uint32_t runs) {
  if (capacity_ - run_count_ >= runs) {
    return;
  }
  capacity_ = std::max(2 * capacity_, std::size_t{run_count_} + runs);
  auto larger = std::make_unique_for_overwrite<Run[]>(capacity_);
  std::copy_n(runs_.get(), run_count_, larger.get());
  runs_ = std::move(larger);
}

// Until number_components, labels are a union-find forest over the runs; a parent comes before its
// children, so that a root is its component's first run.
std::uint32_t SlabLabels::root_of(std::uint32_t run) {
  while (runs_[run].label != run) {
    runs_[run].label = runs_[runs_[run].label].label;
    run = runs_[run].label;
  }
  return run;
}

void SlabLabels::unite_with_earlier(std::int64_t y, std::int64_t z,
                                    std::span<const EarlierRow> earlier) {
  const std::span<const Run> here = row(y, z);
  for (const EarlierRow& step : earlier) {
    if (z + step.dz < z_begin_ || y + step.dy < 0 || y + step.dy >= size_.y) {
      continue;
    }
    // Row by row: what is united by then shares a label and makes no contact any more.
    const auto contacts = find_contacts(row(y + step.dy, z + step.dz), here, step.reach,
                                        Labels::of_one_slab, contacts_);
    for (const Contact& contact : contacts) {
      const std::uint32_t root_a = root_of(contact.earlier);
      const std::uint32_t root_b = root_of(contact.label);
      runs_[std::max(root_a, root_b)].label = std::min(root_a, root_b);
    }
  }
}

template <typename T>
void SlabLabels::number_components(const VolumeView<const T>& slab) {
  components_.clear();
  Run* run = runs_.get();
  for (std::int64_t z = 0; z < size_.z; ++z) {
    for (std::int64_t y = 0; y < size_.y; ++y) {
      const std::uint32_t row_end = row_begin_[static_cast<std::size_t>(z * size_.y + y) + 1];
      for (; run != runs_.get() + row_end; ++run) {
        if (run->label == static_cast<std::uint32_t>(run - runs_.get())) {
          run->label = static_cast<std::uint32_t>(components_.size());
          components_.push_back(component_of(*run, slab.row(y, z)[run->begin], y, z_begin_ + z));
        } else {
          run->label = runs_[run->label].label;  // of its parent, which has its number already
        }
        add_run(components_[run->label], *run, y, z_begin_ + z);
      }
    }
  }
}

}  // namespace fossilct
