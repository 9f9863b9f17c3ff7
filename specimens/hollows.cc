// SPDX-License-Identifier: Apache-2.0
#include "specimens/hollows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "filters/distance_transform.h"
#include "filters/watershed.h"

namespace fossilct {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
// Finer ripples of a distance map are of the grid; seeds they would give are spared.
constexpr double ripple_voxels = 0.3;
// Around the volume: a rim of the outside's height or of a lid, and nothing.
constexpr std::int64_t rim = 2;

double edge(const Vector3& spacing) { return std::cbrt(spacing.x * spacing.y * spacing.z); }

template <typename Visit>
void for_each_voxel(const Size3& size, Visit&& visit) {
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        visit(x, y, z);
      }
    }
  }
}

// The distances of a volume within a wider one.
Volume<float> with_rim(const Volume<float>& squares) {
  const Size3& size = squares.size();
  Volume<float> heights({size.x + 2 * rim, size.y + 2 * rim, size.z + 2 * rim});
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const float* const row = squares.view().row(y, z);
      std::transform(row, row + size.x, heights.view().row(y + rim, z + rim) + rim,
                     [](float square) { return std::sqrt(square); });
    }
  }
  return heights;
}

// Basins of a map of heights, and what they grow together to.
class BasinTree {
 public:
  BasinTree(const Volume<float>& heights, const std::vector<Index3>& seeds)
      : basins_(watershed(heights.view(), seeds, Connectivity::faces)),
        peak_(seeds.size() + 1),
        root_(seeds.size() + 1) {
    std::iota(root_.begin(), root_.end(), 0U);
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      peak_[i + 1] = heights(seeds[i].x, seeds[i].y, seeds[i].z);
    }
    find_passes(heights);
  }

  const Volume<std::uint32_t>& basins() const { return basins_; }
  void make_outside(std::uint32_t basin) { peak_[basin] = infinite; }
  std::uint32_t root(std::uint32_t basin) {
    while (root_[basin] != basin) {
      root_[basin] = root_[root_[basin]];
      basin = root_[basin];
    }
    return basin;
  }
  double peak(std::uint32_t root) const { return peak_[root]; }

  // From the highest pass down, so that small basins have grown before their narrow ways are
  // looked at.
  void unite(double narrowing, double least_fall) {
    struct Pass {
      std::uint64_t pair;
      float height;
    };
    std::vector<Pass> passes;
    for (const auto& [pair, height] : passes_) {
      passes.push_back({pair, height});
    }
    std::sort(passes.begin(), passes.end(), [](const Pass& a, const Pass& b) {
      return a.height != b.height ? a.height > b.height : a.pair < b.pair;
    });
    for (const Pass& pass : passes) {
      const std::uint32_t a = root(static_cast<std::uint32_t>(pass.pair >> 32));
      const std::uint32_t b = root(static_cast<std::uint32_t>(pass.pair & 0xffff'ffff));
      const double lower = std::min(peak_[a], peak_[b]);
      if (a != b && pass.height >= lower - std::max(narrowing * lower, least_fall)) {
        root_[peak_[a] >= peak_[b] ? b : a] = peak_[a] >= peak_[b] ? a : b;
      }
    }
  }

 private:
  void find_passes(const Volume<float>& heights) {
    const Size3& size = heights.size();
    const std::array<std::int64_t, 3> steps = {1, size.x, size.x * size.y};
    const std::int64_t count = voxel_count(size) - steps[2];  // the last slice is empty
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t a = basins_.data()[i];
      for (const std::int64_t step : steps) {
        const std::uint32_t b = a == 0 ? 0 : basins_.data()[i + step];
        if (b != 0 && b != a) {
          const std::uint64_t pair = std::uint64_t{std::min(a, b)} << 32 | std::max(a, b);
          float& height = passes_[pair];
          height = std::max(height, std::min(heights.data()[i], heights.data()[i + step]));
        }
      }
    }
  }

  Volume<std::uint32_t> basins_;
  std::vector<double> peak_;  // of a root: the highest of all that were united
  std::vector<std::uint32_t> root_;
  std::unordered_map<std::uint64_t, float> passes_;
};

// Hollows with their roots' numbers made 1 ... count, the largest first.
Hollows ordered(BasinTree& tree, const Size3& size, double least_radius) {
  Hollows hollows{Volume<std::uint32_t>(size), {}};
  std::unordered_map<std::uint32_t, std::int64_t> voxels;
  for_each_voxel(size, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint32_t basin = tree.basins()(x + rim, y + rim, z + rim);
    const std::uint32_t root = basin == 0 ? 0 : tree.root(basin);
    hollows.ids(x, y, z) = root == 0 || tree.peak(root) < least_radius ? 0 : root;
    voxels[hollows.ids(x, y, z)] += 1;
  });
  voxels.erase(0);
  std::vector<std::pair<std::int64_t, std::uint32_t>> order;
  for (const auto& [root, count] : voxels) {
    order.emplace_back(-count, root);
  }
  std::sort(order.begin(), order.end());
  std::unordered_map<std::uint32_t, std::uint32_t> id_of_root{{0, 0}};
  for (const auto& [count, root] : order) {
    hollows.voxels.push_back(-count);
    id_of_root[root] = static_cast<std::uint32_t>(hollows.voxels.size());
  }
  std::transform(hollows.ids.data(), hollows.ids.data() + voxel_count(size), hollows.ids.data(),
                 [&](std::uint32_t root) { return id_of_root[root]; });
  return hollows;
}

bool on_rim(std::int64_t i, std::int64_t n, bool high) {
  return high ? i == n - rim : i == rim - 1;
}

// Raises the rim beyond each face that is no lid, and returns a place in each: where the outside
// begins.
std::vector<Index3> raise_outside(Volume<float>& heights, const std::array<bool, 6>& lids,
                                  float height) {
  const Size3 n = heights.size();
  for_each_voxel(n, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::array<bool, 6> on = {on_rim(x, n.x, false), on_rim(x, n.x, true),
                                    on_rim(y, n.y, false), on_rim(y, n.y, true),
                                    on_rim(z, n.z, false), on_rim(z, n.z, true)};
    bool raised = x > 0 && y > 0 && z > 0 && x < n.x - 1 && y < n.y - 1 && z < n.z - 1 &&
                  std::find(on.begin(), on.end(), true) != on.end();
    for (std::size_t face = 0; face < 6; ++face) {
      raised = raised && !(on[face] && lids[face]);
    }
    heights(x, y, z) = raised ? height : heights(x, y, z);
  });
  const Index3 middle{n.x / 2, n.y / 2, n.z / 2};
  const std::array<Index3, 6> places = {
      Index3{rim - 1, middle.y, middle.z}, Index3{n.x - rim, middle.y, middle.z},
      Index3{middle.x, rim - 1, middle.z}, Index3{middle.x, n.y - rim, middle.z},
      Index3{middle.x, middle.y, rim - 1}, Index3{middle.x, middle.y, n.z - rim}};
  std::vector<Index3> open;
  for (std::size_t face = 0; face < 6; ++face) {
    if (!lids[face]) {
      open.push_back(places[face]);
    }
  }
  return open;
}

// For each voxel outside the mask, in how many of the six directions of the axes the mask (or a
// lid) lies; counted for a row at a time. Voxels shut in on five sides are what a hollow is made
// of: without them no distances need be looked at.
std::int64_t shut_in_voxels(const VolumeView<const std::uint8_t>& mask,
                            const std::array<bool, 6>& lids) {
  const Size3& size = mask.size();
  Volume<std::uint8_t> sides(size);
  const auto sweep = [&](std::int64_t length, std::int64_t stride, std::int64_t first, bool low,
                         bool high) {
    bool seen = low;
    for (std::int64_t i = 0, at = first; i < length; ++i, at += stride) {
      seen = seen || mask.data()[at] != 0;
      sides.data()[at] = static_cast<std::uint8_t>(sides.data()[at] + (seen ? 1 : 0));
    }
    seen = high;
    for (std::int64_t i = length - 1, at = first + i * stride; i >= 0; --i, at -= stride) {
      seen = seen || mask.data()[at] != 0;
      sides.data()[at] = static_cast<std::uint8_t>(sides.data()[at] + (seen ? 1 : 0));
    }
  };
  const std::int64_t slice = size.x * size.y;
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      sweep(size.x, 1, z * slice + y * size.x, lids[0], lids[1]);
    }
    for (std::int64_t x = 0; x < size.x; ++x) {
      sweep(size.y, size.x, z * slice + x, lids[2], lids[3]);
    }
  }
  for (std::int64_t i = 0; i < slice; ++i) {
    sweep(size.z, slice, i, lids[4], lids[5]);
  }
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < voxel_count(size); ++i) {
    count += sides.data()[i] >= 5 && mask.data()[i] == 0 ? 1 : 0;
  }
  return count;
}

Volume<std::uint8_t> as_zero_and_one(const VolumeView<const std::uint8_t>& mask) {
  Volume<std::uint8_t> copy(mask.size());
  std::transform(mask.data(), mask.data() + voxel_count(mask.size()), copy.data(),
                 [](std::uint8_t value) { return value != 0 ? 1 : 0; });
  return copy;
}

// Of each root, at which lids it lies; those at two or more are corners of the scan that the body
// cuts off.
std::vector<bool> cut_off_corners(BasinTree& tree, const Size3& size, std::size_t basins,
                                  const std::array<bool, 6>& lids) {
  std::vector<unsigned> touched(basins + 1);
  for_each_voxel(size, [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const unsigned faces = (lids[0] && x == 0 ? 1U : 0) | (lids[1] && x == size.x - 1 ? 2U : 0) |
                           (lids[2] && y == 0 ? 4U : 0) | (lids[3] && y == size.y - 1 ? 8U : 0) |
                           (lids[4] && z == 0 ? 16U : 0) | (lids[5] && z == size.z - 1 ? 32U : 0);
    if (faces != 0) {
      const std::uint32_t basin = tree.basins()(x + rim, y + rim, z + rim);
      touched[basin == 0 ? 0 : tree.root(basin)] |= faces;
    }
  });
  std::vector<bool> cut_off;
  for (const unsigned faces : touched) {
    cut_off.push_back((faces & (faces - 1)) != 0);
  }
  return cut_off;
}

}  // namespace

Hollows chambers_of(const VolumeView<const std::uint8_t>& lumen, const HollowOptions& options) {
  const Volume<float> squares = squared_distance_transform(
      lumen, {.to = DistanceTo::background, .spacing = options.spacing, .limit = 1e6});
  const Volume<float> heights = with_rim(squares);
  const std::vector<Index3> seeds = peaks_that_stand_out(
      heights.view(), ripple_voxels * edge(options.spacing), Connectivity::faces);
  BasinTree tree(heights, seeds);
  tree.unite(options.narrowing, options.least_fall);
  return ordered(tree, lumen.size(), options.least_radius);
}

Volume<std::uint8_t> sealed(const VolumeView<const std::uint8_t>& mask,
                            const std::array<bool, 6>& lids, const HollowOptions& options) {
  Volume<std::uint8_t> body = as_zero_and_one(mask);
  const std::int64_t count = voxel_count(mask.size());
  const bool all_lids = std::find(lids.begin(), lids.end(), false) == lids.end();
  if (all_lids || shut_in_voxels(body.view(), lids) == 0) {
    return body;
  }
  const Volume<float> squares = squared_distance_transform(
      body.view(), {.to = DistanceTo::mask, .spacing = options.spacing, .limit = 1e6});
  const float farthest = std::sqrt(*std::max_element(squares.data(), squares.data() + count));
  Volume<float> heights = with_rim(squares);
  std::vector<Index3> seeds = raise_outside(heights, lids, 1.01F * farthest);
  const std::size_t outsides = seeds.size();
  for (const Index3& peak : peaks_that_stand_out(
           heights.view(), ripple_voxels * edge(options.spacing), Connectivity::faces)) {
    if (heights(peak.x, peak.y, peak.z) <= farthest) {
      seeds.push_back(peak);
    }
  }
  BasinTree tree(heights, seeds);
  for (std::uint32_t basin = 1; basin <= outsides; ++basin) {
    tree.make_outside(basin);
  }
  tree.unite(options.narrowing, options.least_fall);
  const std::vector<bool> cut_off = cut_off_corners(tree, mask.size(), seeds.size(), lids);
  for_each_voxel(mask.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint32_t basin = tree.basins()(x + rim, y + rim, z + rim);
    const std::uint32_t root = basin == 0 ? 0 : tree.root(basin);
    if (root != 0 && tree.peak(root) < infinite && !cut_off[root]) {
      body(x, y, z) = 1;
    }
  });
  return body;
}

}  // namespace fossilct
