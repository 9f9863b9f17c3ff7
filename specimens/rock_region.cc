// SPDX-License-Identifier: Apache-2.0
#include "specimens/rock_region.h"

#include <algorithm>
#include <bit>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr std::int64_t word_bits = 64;

std::array<std::int64_t, 3> axes_of(const Size3& size) { return {size.x, size.y, size.z}; }

// Box sizes in cells along an axis: a box of `voxels` meets `fewest` cells from `at_fewest` of the
// `edge` voxels of a cell that it may begin at, and one more from the others.
struct CellsMet {
  std::int64_t fewest = 0;
  std::int64_t at_fewest = 0;
};
CellsMet cells_met(std::int64_t voxels, std::int64_t edge) {
  const std::int64_t fewest = (voxels - 1) / edge + 1;
  return {fewest, fewest * edge - voxels + 1};
}

// Keeps the bits whose `count` neighbours from themselves on are all set: runs of twice the length
// are two runs, so that log2(count) steps do. `and_shifted(step)` is bits &= bits moved by step.
template <typename AndShifted>
void keep_runs(std::int64_t count, AndShifted&& and_shifted) {
  for (std::int64_t length = 1; length < count;) {
    const std::int64_t step = std::min(length, count - length);
    and_shifted(step);
    length += step;
  }
}

// Of words that lie `stride` apart within [begin, end); beyond the end nothing is set.
void and_words(std::uint64_t* begin, std::uint64_t* end, std::int64_t distance) {
  std::uint64_t* const last = end - std::min<std::int64_t>(distance, end - begin);
  for (std::uint64_t* word = begin; word < last; ++word) {
    *word &= word[distance];
  }
  std::fill(last, end, 0);
}

void and_bits(std::uint64_t* row, std::int64_t words, std::int64_t distance) {
  const std::int64_t skip = distance / word_bits;
  const std::int64_t shift = distance % word_bits;
  for (std::int64_t i = 0; i < words; ++i) {
    const std::uint64_t low = i + skip < words ? row[i + skip] : 0;
    const std::uint64_t high = i + skip + 1 < words ? row[i + skip + 1] : 0;
    row[i] &= shift == 0 ? low : low >> shift | high << (word_bits - shift);
  }
}

// Of the power of two that makes so many cells of the voxels.
std::array<std::int64_t, 3> cell_edges(const Size3& scan, const Size3& cells) {
  const std::int64_t most = std::max({cells.x, cells.y, cells.z});
  std::int64_t factor = 1;
  while (std::max({scan.x, scan.y, scan.z}) / factor > most) {
    factor *= 2;
  }
  std::array<std::int64_t, 3> edges{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t voxels = axes_of(scan)[axis];
    edges[axis] = std::min(factor, voxels);
    if (voxels / edges[axis] != axes_of(cells)[axis]) {
      throw Error(ErrorKind::format, "the cells of the core are not those of the scan");
    }
  }
  return edges;
}

}  // namespace

RockRegion::RockRegion(const Size3& scan) : cells_(scan), edge_{1, 1, 1} {}

RockRegion::RockRegion(const Size3& scan, const Volume<std::uint8_t>& rock)
    : cells_(rock.size()),
      edge_(cell_edges(scan, cells_)),
      row_words_((cells_.x + word_bits - 1) / word_bits),
      rock_(static_cast<std::size_t>(row_words_ * cells_.y * cells_.z)) {
  for (std::int64_t z = 0; z < cells_.z; ++z) {
    for (std::int64_t y = 0; y < cells_.y; ++y) {
      const std::uint8_t* from = rock.view().row(y, z);
      std::uint64_t* to = rock_.data() + (z * cells_.y + y) * row_words_;
      for (std::int64_t x = 0; x < cells_.x; ++x) {
        to[x / word_bits] |= std::uint64_t{from[x] != 0} << (x % word_bits);
      }
    }
  }
}

bool RockRegion::rock_at(const Index3& cell) const {
  const std::int64_t row = (cell.z * cells_.y + cell.y) * row_words_;
  return rock_.empty() ||
         (rock_[static_cast<std::size_t>(row + cell.x / word_bits)] >> (cell.x % word_bits) & 1) !=
             0;
}

bool RockRegion::holds(const Box& box) const {
  if (box.begin.x < edge_[0] || box.begin.y < edge_[1] || box.begin.z < edge_[2]) {
    return false;
  }
  const Box met = {
      {box.begin.x / edge_[0] - 1, box.begin.y / edge_[1] - 1, box.begin.z / edge_[2] - 1},
      {(box.end.x - 1) / edge_[0] + 2, (box.end.y - 1) / edge_[1] + 2,
       (box.end.z - 1) / edge_[2] + 2}};
  if (!whole(cells_).contains(met)) {
    return false;
  }
  for (std::int64_t z = met.begin.z; z < met.end.z; ++z) {
    for (std::int64_t y = met.begin.y; y < met.end.y; ++y) {
      for (std::int64_t x = met.begin.x; x < met.end.x; ++x) {
        if (!rock_at({x, y, z})) {
          return false;
        }
      }
    }
  }
  return true;
}

double RockRegion::places(const Size3& box) {
  std::array<CellsMet, 3> met;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    met[axis] = cells_met(axes_of(box)[axis] + 2 * edge_[axis], edge_[axis]);
  }
  double places = 0;
  for (unsigned more = 0; more < 8; ++more) {
    std::array<std::int64_t, 3> cells{};
    double begins = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t one_more = more >> axis & 1U;
      const CellsMet& m = met[axis];
      cells[axis] = m.fewest + one_more;
      begins *= static_cast<double>(one_more != 0 ? edge_[axis] - m.at_fewest : m.at_fewest);
    }
    if (begins > 0) {
      places += begins * static_cast<double>(cell_places({cells[0], cells[1], cells[2]}));
    }
  }
  return places;
}

std::int64_t RockRegion::cell_places(const Size3& box_cells) {
  if (box_cells.x > cells_.x || box_cells.y > cells_.y || box_cells.z > cells_.z) {
    return 0;
  }
  if (rock_.empty()) {
    return (cells_.x - box_cells.x + 1) * (cells_.y - box_cells.y + 1) *
           (cells_.z - box_cells.z + 1);
  }
  const auto [place, is_new] = known_.try_emplace(axes_of(box_cells));
  if (is_new) {
    place->second = count_places(box_cells);
  }
  return place->second;
}

std::int64_t RockRegion::count_places(const Size3& box_cells) const {
  Words left = rock_;
  const std::int64_t plane = row_words_ * cells_.y;
  keep_runs(box_cells.z, [&](std::int64_t step) {
    and_words(left.data(), left.data() + left.size(), step * plane);
  });
  for (std::int64_t z = 0; z < cells_.z; ++z) {
    std::uint64_t* const begin = left.data() + z * plane;
    keep_runs(box_cells.y,
              [&](std::int64_t step) { and_words(begin, begin + plane, step * row_words_); });
    for (std::int64_t y = 0; y < cells_.y; ++y) {
      keep_runs(box_cells.x,
                [&](std::int64_t step) { and_bits(begin + y * row_words_, row_words_, step); });
    }
  }
  std::int64_t places = 0;
  for (const std::uint64_t word : left) {
    places += std::popcount(word);
  }
  return places;
}

}  // namespace fossilct
