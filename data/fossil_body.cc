// SPDX-License-Identifier: Apache-2.0
#include "data/fossil_body.h"

#include <algorithm>
#include <cmath>

#include "data/exact_math.h"
#include "data/value_noise.h"

namespace fossilct::phantom {

namespace {

// A smaller loss nobody would call a break.
constexpr double least_loss = 0.05;
constexpr auto no_tissue = static_cast<std::uint8_t>(Tissue::none);

bool chamber_filled(const Fate& fate, int chamber, double height_share) {
  switch (fate.infill) {
    case Infill::empty:
      return false;
    case Infill::filled:
      return true;
    case Infill::some_chambers:
      return (hash(fate.seed, chamber) & 1) == 0;
    case Infill::settled_mud:
      return height_share < fate.mud_level;
  }
  __builtin_unreachable();
}

// Grows one voxel at a time; holds what all of them need.
class Grower {
 public:
  Grower(const FossilShape& shape, const Fate& fate)
      : shape_(shape), fate_(fate), roughness_(fate.seed, std::max(3.0, shape.length_voxels / 8)) {}

  // `chamber`: whose lumen it is, from 1; 0 for all else.
  struct Voxel {
    Tissue tissue = Tissue::none;
    std::uint8_t chamber = 0;
  };
  Voxel at(const Vector3& p) {
    if (dot(p, p) > shape_.radius_voxels * shape_.radius_voxels) {
      return {};
    }
    const ShapePoint point = shape_.at(transposed_times(fate_.world_from_animal, p));
    if (point.chamber < 0) {
      return {};
    }
    if (lost(p)) {
      ++lost_voxels_;
      return {};
    }
    ++kept_voxels_;
    if (point.wall) {
      return {Tissue::wall, 0};
    }
    const bool filled = chamber_filled(fate_, point.chamber, p.z / shape_.radius_voxels);
    return {filled ? Tissue::cement : Tissue::empty, static_cast<std::uint8_t>(point.chamber + 1)};
  }
  double lost_share() const {
    return static_cast<double>(lost_voxels_) /
           static_cast<double>(std::max<std::int64_t>(1, lost_voxels_ + kept_voxels_));
  }

 private:
  bool lost(const Vector3& p) const {
    return fate_.broken && dot(p, fate_.break_normal) >
                               shape_.length_voxels * (fate_.break_share + 0.09 * roughness_.at(p));
  }

  const FossilShape& shape_;
  const Fate& fate_;
  ValueNoise roughness_;
  std::int64_t lost_voxels_ = 0;
  std::int64_t kept_voxels_ = 0;
};

// Marks in `reached` the voxels of `tissue` for which `member` holds that are connected to `start`
// through `steps`; returns their number.
template <typename Member>
std::int64_t flood(const VolumeView<const std::uint8_t>& tissue, VolumeView<std::uint8_t> reached,
                   const Index3& start, std::uint8_t mark, const std::vector<Index3>& steps,
                   const Member& member) {
  std::vector<Index3> open = {start};
  reached(start.x, start.y, start.z) = mark;
  std::int64_t count = 0;
  while (!open.empty()) {
    const Index3 p = open.back();
    open.pop_back();
    ++count;
    for (const Index3& step : steps) {
      const Index3 q{p.x + step.x, p.y + step.y, p.z + step.z};
      const Box single{q, {q.x + 1, q.y + 1, q.z + 1}};
      if (whole(tissue.size()).contains(single) && reached(q.x, q.y, q.z) == 0 &&
          member(tissue(q.x, q.y, q.z))) {
        reached(q.x, q.y, q.z) = mark;
        open.push_back(q);
      }
    }
  }
  return count;
}

std::vector<Index3> neighbours(std::int64_t most_axes) {
  std::vector<Index3> steps;
  for (std::int64_t z = -1; z <= 1; ++z) {
    for (std::int64_t y = -1; y <= 1; ++y) {
      for (std::int64_t x = -1; x <= 1; ++x) {
        const std::int64_t axes = std::abs(x) + std::abs(y) + std::abs(z);
        if (axes >= 1 && axes <= most_axes) {
          steps.push_back({x, y, z});
        }
      }
    }
  }
  return steps;
}

bool all_around(const VolumeView<const std::uint8_t>& ids, const Index3& at, std::uint8_t id) {
  static const std::vector<Index3> steps = neighbours(3);
  return std::all_of(steps.begin(), steps.end(), [&](const Index3& step) {
    return ids(at.x + step.x, at.y + step.y, at.z + step.z) == id;
  });
}

template <typename Visit>
void for_each_voxel(const Size3& size, const Visit& visit) {
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        visit(x, y, z);
      }
    }
  }
}

// A ball of two voxels' radius holds the 26 neighbours of its middle. The outermost voxels are of
// no chamber.
int resolved_chambers(const VolumeView<const std::uint8_t>& chambers) {
  std::array<bool, 256> resolved{};
  for_each_voxel(chambers.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint8_t id = chambers(x, y, z);
    resolved[id] = resolved[id] || (id != 0 && all_around(chambers, {x, y, z}, id));
  });
  return static_cast<int>(std::count(resolved.begin(), resolved.end(), true));
}

// The corner of the box is outside every body: the box has a free voxel all around.
void fill_closed_hollows(VolumeView<std::uint8_t> tissue, Tissue with) {
  Volume<std::uint8_t> outside(tissue.size());
  flood(tissue, outside.view(), {0, 0, 0}, 1, neighbours(1),
        [](std::uint8_t t) { return t == no_tissue; });
  for_each_voxel(tissue.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    if (tissue(x, y, z) == no_tissue && outside(x, y, z) == 0) {
      tissue(x, y, z) = static_cast<std::uint8_t>(with);
    }
  });
}

}  // namespace

Fate draw_fate(const std::string& infill, Random& random) {
  Fate fate;
  fate.world_from_animal = random.rotation();
  fate.offset_voxels = {random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5),
                        random.uniform(-0.5, 0.5)};
  const double lot = random.uniform();
  fate.mud_level = random.uniform(-0.3, 0.3);
  fate.infill = lot < 0.4    ? Infill::empty
                : lot < 0.65 ? Infill::filled
                : lot < 0.85 ? Infill::some_chambers
                             : Infill::settled_mud;
  if (infill != "mixed") {
    fate.infill = infill == "empty" ? Infill::empty : Infill::filled;
  }
  fate.broken = random.chance(0.15);
  fate.break_normal = random.direction();
  fate.break_share = random.uniform(-0.08, 0.2);
  fate.seed = random.bits();
  return fate;
}

GrownFossil grow(const FossilShape& shape, const Fate& fate) {
  const auto half = static_cast<std::int64_t>(std::floor(shape.radius_voxels)) + 2;
  const std::int64_t edge = 2 * half + 1;
  GrownFossil fossil{Volume<std::uint8_t>({edge, edge, edge}),
                     shape.length_voxels,
                     shape.wall_voxels,
                     shape.chambers,
                     0,
                     fate.broken};
  Volume<std::uint8_t> chambers(fossil.tissue.size());
  Grower grower(shape, fate);
  const auto view = fossil.tissue.view();
  for_each_voxel(view.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    const Vector3 p{static_cast<double>(x - half), static_cast<double>(y - half),
                    static_cast<double>(z - half)};
    const Grower::Voxel voxel = grower.at(p - fate.offset_voxels);
    view(x, y, z) = static_cast<std::uint8_t>(voxel.tissue);
    chambers(x, y, z) = voxel.chamber;
  });
  if (fate.broken && grower.lost_share() < least_loss) {
    Fate unbroken = fate;
    unbroken.broken = false;
    return grow(shape, unbroken);
  }
  fill_closed_hollows(view, fate.infill == Infill::empty ? Tissue::empty : Tissue::cement);
  keep_largest_piece(view);
  for_each_voxel(view.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    chambers(x, y, z) = view(x, y, z) == no_tissue ? std::uint8_t{0} : chambers(x, y, z);
  });
  fossil.chambers_resolved = resolved_chambers(chambers.view());
  return fossil;
}

std::int64_t keep_largest_piece(VolumeView<std::uint8_t> tissue) {
  const auto steps = neighbours(3);
  const auto solid = [](std::uint8_t t) { return t != no_tissue; };
  Volume<std::uint8_t> seen(tissue.size());
  Index3 largest;
  std::int64_t most = 0;
  for_each_voxel(tissue.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    if (tissue(x, y, z) != no_tissue && seen(x, y, z) == 0) {
      const std::int64_t count = flood(tissue, seen.view(), {x, y, z}, 1, steps, solid);
      if (count > most) {
        most = count;
        largest = {x, y, z};
      }
    }
  });
  Volume<std::uint8_t> kept(tissue.size());
  if (most > 0) {
    flood(tissue, kept.view(), largest, 1, steps, solid);
  }
  for_each_voxel(tissue.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    tissue(x, y, z) = kept(x, y, z) != 0 ? tissue(x, y, z) : no_tissue;
  });
  return most;
}

}  // namespace fossilct::phantom
