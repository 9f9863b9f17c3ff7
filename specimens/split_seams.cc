// SPDX-License-Identifier: Apache-2.0
#include "specimens/split_seams.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <queue>

namespace fossilct {

namespace {

struct Step {
  int x = 0;
  int y = 0;
  int z = 0;
};

// The 13 of 26 neighbours that come later in raster order.
constexpr std::array<Step, 13> later_neighbours = {{{1, 0, 0},
                                                    {-1, 1, 0},
                                                    {0, 1, 0},
                                                    {1, 1, 0},
                                                    {-1, -1, 1},
                                                    {0, -1, 1},
                                                    {1, -1, 1},
                                                    {-1, 0, 1},
                                                    {0, 0, 1},
                                                    {1, 0, 1},
                                                    {-1, 1, 1},
                                                    {0, 1, 1},
                                                    {1, 1, 1}}};

// The face that two voxels share, as long as its area, towards the later one; 0 for an edge or a
// corner.
Vector3 shared_face(const Step& step, const Vector3& spacing) {
  if (std::abs(step.x) + std::abs(step.y) + std::abs(step.z) != 1) {
    return {};
  }
  return {step.x * spacing.y * spacing.z, step.y * spacing.x * spacing.z,
          step.z * spacing.x * spacing.y};
}

template <typename Visit>
void for_inner_voxels(const Size3& size, Visit&& visit) {
  for (std::int64_t z = 1; z < size.z - 1; ++z) {
    for (std::int64_t y = 1; y < size.y - 1; ++y) {
      for (std::int64_t x = 1; x < size.x - 1; ++x) {
        visit(x, y, z);
      }
    }
  }
}

// A seam as it was when it was weighed; `united` says how often its basins had been united by then.
struct Weighed {
  double strength = 0;
  std::pair<std::uint32_t, std::uint32_t> between;
  std::int64_t united = 0;
  bool operator>(const Weighed& other) const {
    return std::tie(strength, between) > std::tie(other.strength, other.between);
  }
};

}  // namespace

double Seam::area() const { return std::hypot(area_um2.x, area_um2.y, area_um2.z); }

SeamGraph::SeamGraph(const VolumeView<const std::uint32_t>& basins,
                     const VolumeView<const float>& depth_um, const Vector3& spacing_um,
                     std::size_t count)
    : basins_(count + 1), neighbours_(count + 1) {
  assert(basins.size() == depth_um.size());
  for_inner_voxels(basins.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint32_t number = basins(x, y, z);
    if (number == 0) {
      return;
    }
    const double depth = depth_um(x, y, z);
    Basin& basin = basins_[number];
    basin.peak_um = std::max(basin.peak_um, depth);
    ++basin.voxels;
    for (const Step& step : later_neighbours) {
      const std::uint32_t other = basins(x + step.x, y + step.y, z + step.z);
      if (other != 0 && other != number) {
        const double across = depth_um(x + step.x, y + step.y, z + step.z);
        add_contact(number, other, std::min(depth, across), shared_face(step, spacing_um));
      }
    }
  });
}

void SeamGraph::add_contact(std::uint32_t from, std::uint32_t to, double saddle_um,
                            const Vector3& area_um2) {
  const auto [place, is_new] = seams_.try_emplace(std::minmax(from, to));
  if (is_new) {
    neighbours_[from].insert(to);
    neighbours_[to].insert(from);
  }
  Seam& seam = place->second;
  const double sign = from < to ? 1 : -1;
  seam.saddle_um = std::max(seam.saddle_um, saddle_um);
  seam.area_um2.x += sign * area_um2.x;
  seam.area_um2.y += sign * area_um2.y;
  seam.area_um2.z += sign * area_um2.z;
}

void SeamGraph::unite(std::uint32_t kept, std::uint32_t gone) {
  basins_[kept].peak_um = std::max(basins_[kept].peak_um, basins_[gone].peak_um);
  basins_[kept].voxels += basins_[gone].voxels;
  for (const std::uint32_t other : neighbours_[gone]) {
    const auto place = seams_.find(std::minmax(gone, other));
    const Seam seam = place->second;
    seams_.erase(place);
    neighbours_[other].erase(gone);
    if (other != kept) {
      // The area points to the larger of the old numbers.
      const auto [from, to] = gone < other ? Pair(kept, other) : Pair(other, kept);
      add_contact(from, to, seam.saddle_um, seam.area_um2);
    }
  }
  neighbours_[gone].clear();
}

std::vector<std::uint32_t> SeamGraph::unite_across_weak(const Strength& strength) {
  std::priority_queue<Weighed, std::vector<Weighed>, std::greater<>> weak;
  std::vector<std::int64_t> united(basins_.size());
  const auto weigh = [&](std::uint32_t a, std::uint32_t b) {
    const Pair between = std::minmax(a, b);
    const double value = strength(seams_.at(between), basins_[a], basins_[b]);
    if (value < 1) {
      weak.push({value, between, united[a] + united[b]});
    }
  };
  for (const auto& [between, seam] : seams_) {
    weigh(between.first, between.second);
  }
  std::vector<std::uint32_t> part(basins_.size());
  std::iota(part.begin(), part.end(), 0U);
  while (!weak.empty()) {
    const auto [value, between, when] = weak.top();
    weak.pop();
    auto [kept, gone] = between;
    if (!seams_.contains(between) || united[kept] + united[gone] != when) {
      continue;
    }
    if (neighbours_[kept].size() < neighbours_[gone].size()) {
      std::swap(kept, gone);
    }
    unite(kept, gone);
    part[gone] = kept;
    ++united[kept];
    for (const std::uint32_t other : neighbours_[kept]) {
      weigh(kept, other);
    }
  }
  for (std::uint32_t& of : part) {
    while (part[of] != of) {
      of = part[of];
    }
  }
  return part;
}

}  // namespace fossilct
