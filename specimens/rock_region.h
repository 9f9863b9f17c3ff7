// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "volumes/grid.h"
#include "volumes/volume.h"

namespace fossilct {

// Where in a scan there is rock, in cells of some voxels edge, and where a box lies wholly in it.
// What is asked of a box is asked of it with a cell's edge around: neither the scan's faces nor the
// core's surface has cut what lies in such a box.
class RockRegion {
 public:
  // Rock in all voxels.
  explicit RockRegion(const Size3& scan);
  // `rock`: 0 is none; at 1/factor of the resolution, as downsample() makes it: cell i along an
  // axis is the voxels from i * edge on, edge = min(factor, the scan's voxels), and voxels beyond
  // the last cell hold none. Throws Error{format} where no factor makes its size of the scan's.
  RockRegion(const Size3& scan, const Volume<std::uint8_t>& rock);

  bool holds(const Box& box) const;
  // In how many places, voxel by voxel, a box of this size would be held. Exact. Once for each size
  // in cells: some 5 ms for 256^3 cells. Memory: 3 bits a cell.
  double places(const Size3& box);

 private:
  using Words = std::vector<std::uint64_t>;
  bool rock_at(const Index3& cell) const;
  std::int64_t cell_places(const Size3& box_cells);
  std::int64_t count_places(const Size3& box_cells) const;

  Size3 cells_;
  std::array<std::int64_t, 3> edge_{};  // voxels of a cell
  std::int64_t row_words_ = 0;
  Words rock_;  // a bit a cell, rows of x in whole words; empty: all is rock
  std::map<std::array<std::int64_t, 3>, std::int64_t> known_;
};

}  // namespace fossilct
