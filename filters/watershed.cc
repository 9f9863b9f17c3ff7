// SPDX-License-Identifier: Apache-2.0
#include "filters/watershed.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <limits>

namespace fossilct {

namespace {

constexpr std::uint32_t none = 0xffff'ffff;
constexpr std::uint32_t top_level = 0xffff;

// Heights as whole numbers from 1 (just above 0) to top_level, 0 outside, contiguous.
struct Levels {
  Volume<std::uint16_t> of;
  double a_height = 0;  // levels to one unit of height

  explicit Levels(const VolumeView<const float>& heights)
      : of(Volume<std::uint16_t>::uninitialised(heights.size())) {
    assert(voxel_count(heights.size()) < none);
    const Size3& size = heights.size();
    float greatest = 0;
    for_rows(size, [&](std::int64_t y, std::int64_t z) {
      const float* const row = heights.row(y, z);
      greatest = std::max(greatest, *std::max_element(row, row + size.x));
    });
    a_height = greatest > 0 ? top_level / static_cast<double>(greatest) : 0;
    for_rows(size, [&](std::int64_t y, std::int64_t z) {
      std::transform(heights.row(y, z), heights.row(y, z) + size.x, of.view().row(y, z),
                     [this](float height) { return level(height); });
    });
  }

 private:
  template <typename Visit>
  static void for_rows(const Size3& size, Visit&& visit) {
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        visit(y, z);
      }
    }
  }
  std::uint16_t level(float height) const {
    return height <= 0 ? std::uint16_t{0}
                       : static_cast<std::uint16_t>(std::clamp(
                             static_cast<double>(height) * a_height, 1.0, double{top_level}));
  }
};

// How far a voxel's neighbours are in memory. Voxels inside have all of them.
std::vector<std::int64_t> neighbour_offsets(const Size3& size, Connectivity connectivity) {
  const int most_axes = connectivity == Connectivity::faces   ? 1
                        : connectivity == Connectivity::edges ? 2
                                                              : 3;
  std::vector<std::int64_t> offsets;
  for (int z = -1; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        const int axes = std::abs(x) + std::abs(y) + std::abs(z);
        if (axes > 0 && axes <= most_axes) {
          offsets.push_back((z * size.y + y) * size.x + x);
        }
      }
    }
  }
  return offsets;
}

// Voxels inside, from the greatest level downwards, in raster order within one.
std::vector<std::uint32_t> descending(const Levels& levels) {
  const std::uint16_t* const of = levels.of.data();
  const std::int64_t count = voxel_count(levels.of.size());
  std::vector<std::uint32_t> begin(top_level + 2);  // by top_level - level
  for (std::int64_t i = 0; i < count; ++i) {
    begin[top_level - of[i] + 1U] += of[i] > 0 ? 1 : 0;
  }
  for (std::size_t i = 1; i < begin.size(); ++i) {
    begin[i] += begin[i - 1];
  }
  std::vector<std::uint32_t> order(begin.back());
  for (std::int64_t i = 0; i < count; ++i) {
    if (of[i] > 0) {
      order[begin[top_level - of[i]]++] = static_cast<std::uint32_t>(i);
    }
  }
  return order;
}

// The hills that rise out of a falling flood, and which of them meet where.
class Hills {
 public:
  Hills(const Levels& levels, double height, Connectivity connectivity)
      : levels_(levels),
        height_(height * levels.a_height),
        offsets_(neighbour_offsets(levels.of.size(), connectivity)),
        parent_(static_cast<std::size_t>(voxel_count(levels.of.size())), none) {}

  std::vector<std::uint32_t> peaks_that_stand_out() {
    for (const std::uint32_t voxel : descending(levels_)) {
      add(voxel);
    }
    for (std::size_t i = 0; i < parent_.size(); ++i) {
      if (parent_[i] == i) {
        peaks_.push_back(static_cast<std::uint32_t>(i));
      }
    }
    std::sort(peaks_.begin(), peaks_.end());
    return std::move(peaks_);
  }

 private:
  // The root of a hill is its peak.
  std::uint32_t peak_of(std::uint32_t voxel) {
    while (parent_[voxel] != voxel) {
      parent_[voxel] = parent_[parent_[voxel]];
      voxel = parent_[voxel];
    }
    return voxel;
  }
  std::uint16_t level(std::uint32_t voxel) const { return levels_.of.data()[voxel]; }
  bool higher(std::uint32_t a, std::uint32_t b) const {
    return level(a) != level(b) ? level(a) > level(b) : a < b;
  }

  void add(std::uint32_t voxel) {
    parent_[voxel] = voxel;
    std::uint32_t peak = voxel;
    for (const std::int64_t offset : offsets_) {
      const auto neighbour = static_cast<std::uint32_t>(voxel + offset);
      if (parent_[neighbour] != none) {
        peak = united(peak, peak_of(neighbour), level(voxel));
      }
    }
  }

  std::uint32_t united(std::uint32_t a, std::uint32_t b, std::uint16_t saddle) {
    if (a == b) {
      return a;
    }
    const auto [high, low] = higher(a, b) ? std::pair(a, b) : std::pair(b, a);
    parent_[low] = high;
    if (level(low) - saddle >= height_) {
      peaks_.push_back(low);
    }
    return high;
  }

  const Levels& levels_;
  double height_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> peaks_;
};

// A queue for each level, linked through the voxels.
class LevelQueue {
 public:
  explicit LevelQueue(std::int64_t voxels)
      : next_(static_cast<std::size_t>(voxels), none), ends_(top_level + 1) {}

  // Levels above the one being emptied count as that one: a flood only falls.
  void push(std::uint32_t voxel, std::uint16_t level) {
    Ends& ends = ends_[std::min<std::uint32_t>(level, level_)];
    next_[voxel] = none;
    (ends.last == none ? ends.first : next_[ends.last]) = voxel;
    ends.last = voxel;
  }
  // `none` at the end.
  std::uint32_t pop() {
    while (level_ > 0 && ends_[level_].first == none) {
      --level_;
    }
    Ends& ends = ends_[level_];
    const std::uint32_t voxel = ends.first;
    if (voxel != none) {
      ends.first = next_[voxel];
      ends.last = ends.first == none ? none : ends.last;
    }
    return voxel;
  }

 private:
  struct Ends {
    std::uint32_t first = none;
    std::uint32_t last = none;
  };
  std::vector<std::uint32_t> next_;
  std::vector<Ends> ends_;
  std::uint32_t level_ = top_level;
};

std::int64_t place_of(const Index3& index, const Size3& size) {
  return (index.z * size.y + index.y) * size.x + index.x;
}

}  // namespace

std::vector<Index3> peaks_that_stand_out(const VolumeView<const float>& heights, double height,
                                         Connectivity connectivity) {
  assert(height > 0);
  const Levels levels(heights);
  const Size3& size = heights.size();
  std::vector<Index3> peaks;
  for (const std::int64_t place : Hills(levels, height, connectivity).peaks_that_stand_out()) {
    peaks.push_back({place % size.x, place / size.x % size.y, place / (size.x * size.y)});
  }
  return peaks;
}

Volume<std::uint32_t> watershed(const VolumeView<const float>& heights,
                                const std::vector<Index3>& seeds, Connectivity connectivity) {
  const Levels levels(heights);
  const Size3& size = heights.size();
  Volume<std::uint32_t> basins(size);
  LevelQueue queue(voxel_count(size));
  const auto reach = [&](std::uint32_t voxel, std::uint32_t basin) {
    const std::uint16_t level = levels.of.data()[voxel];
    if (level > 0 && basins.data()[voxel] == 0) {
      basins.data()[voxel] = basin;
      queue.push(voxel, level);
    }
  };
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    reach(static_cast<std::uint32_t>(place_of(seeds[i], size)), static_cast<std::uint32_t>(i + 1));
  }
  const std::vector<std::int64_t> offsets = neighbour_offsets(size, connectivity);
  for (std::uint32_t voxel = queue.pop(); voxel != none; voxel = queue.pop()) {
    for (const std::int64_t offset : offsets) {
      reach(static_cast<std::uint32_t>(voxel + offset), basins.data()[voxel]);
    }
  }
  return basins;
}

}  // namespace fossilct
