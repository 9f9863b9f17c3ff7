// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "data/fossil_body.h"

namespace fossilct::phantom {

namespace {

constexpr std::uint8_t none = static_cast<std::uint8_t>(Tissue::none);

Box tight_box(const VolumeView<const std::uint8_t>& tissue) {
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  Box box{{far, far, far}, {-1, -1, -1}};
  for (std::int64_t z = 0; z < tissue.size().z; ++z) {
    for (std::int64_t y = 0; y < tissue.size().y; ++y) {
      const std::uint8_t* const row = tissue.row(y, z);
      const std::uint8_t* const end = row + tissue.size().x;
      const auto first = std::find_if(row, end, [](std::uint8_t t) { return t != none; });
      if (first == end) {
        continue;
      }
      const auto last =
          std::find_if(std::make_reverse_iterator(end), std::make_reverse_iterator(row),
                       [](std::uint8_t t) { return t != none; });
      box.begin = {std::min<std::int64_t>(box.begin.x, first - row), std::min(box.begin.y, y),
                   std::min(box.begin.z, z)};
      box.end = {std::max<std::int64_t>(box.end.x, last.base() - row), std::max(box.end.y, y + 1),
                 std::max(box.end.z, z + 1)};
    }
  }
  return box.empty() ? Box{} : box;
}

Index3 plus(const Index3& a, const Index3& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }

// Both in the order of x.
bool rows_within_reach(std::span<const BodyRuns::Run> a, std::span<const BodyRuns::Run> b,
                       std::int64_t reach) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].end + reach <= b[j].begin) {
      ++i;
    } else if (b[j].end + reach <= a[i].begin) {
      ++j;
    } else {
      return true;
    }
  }
  return false;
}

}  // namespace

BodyRuns::BodyRuns(const VolumeView<const std::uint8_t>& tissue, const Index3& shift) {
  const Box inner = tight_box(tissue);
  box_ = {plus(inner.begin, shift), plus(inner.end, shift)};
  for (std::int64_t z = inner.begin.z; z < inner.end.z; ++z) {
    for (std::int64_t y = inner.begin.y; y < inner.end.y; ++y) {
      row_begin_.push_back(static_cast<std::uint32_t>(runs_.size()));
      const std::uint8_t* const row = tissue.row(y, z);
      for (std::int64_t x = inner.begin.x; x < inner.end.x;) {
        const std::int64_t begin = x;
        for (; x < inner.end.x && row[x] == row[begin]; ++x) {
        }
        if (row[begin] != none) {
          runs_.push_back({static_cast<std::int32_t>(begin + shift.x),
                           static_cast<std::int32_t>(x + shift.x),
                           static_cast<Tissue>(row[begin])});
        }
      }
    }
  }
  row_begin_.push_back(static_cast<std::uint32_t>(runs_.size()));
  runs_.shrink_to_fit();
}

std::span<const BodyRuns::Run> BodyRuns::row(std::int64_t y, std::int64_t z) const {
  if (y < box_.begin.y || y >= box_.end.y || z < box_.begin.z || z >= box_.end.z) {
    return {};
  }
  const auto index =
      static_cast<std::size_t>((z - box_.begin.z) * box_.size().y + (y - box_.begin.y));
  return std::span(runs_).subspan(row_begin_[index], row_begin_[index + 1] - row_begin_[index]);
}

BodyRuns BodyRuns::shifted(const Index3& by) const {
  BodyRuns result = *this;
  result.box_ = {plus(box_.begin, by), plus(box_.end, by)};
  for (Run& run : result.runs_) {
    run.begin += static_cast<std::int32_t>(by.x);
    run.end += static_cast<std::int32_t>(by.x);
  }
  return result;
}

std::int64_t BodyRuns::voxels() const {
  std::int64_t count = 0;
  for (const Run& run : runs_) {
    count += run.end - run.begin;
  }
  return count;
}

void BodyRuns::for_each_run(
    const std::function<void(std::int64_t, std::int64_t, const Run&)>& visit) const {
  for (std::int64_t z = box_.begin.z; z < box_.end.z; ++z) {
    for (std::int64_t y = box_.begin.y; y < box_.end.y; ++y) {
      for (const Run& run : row(y, z)) {
        visit(y, z, run);
      }
    }
  }
}

bool within_reach(const BodyRuns& a, const BodyRuns& b, std::int64_t reach) {
  const Box& p = a.box();
  const Box& q = b.box();
  if (p.begin.x >= q.end.x + reach || q.begin.x >= p.end.x + reach) {
    return false;
  }
  const std::int64_t z_end = std::min(p.end.z, q.end.z + reach);
  const std::int64_t y_end = std::min(p.end.y, q.end.y + reach);
  for (std::int64_t z = std::max(p.begin.z, q.begin.z - reach); z < z_end; ++z) {
    for (std::int64_t y = std::max(p.begin.y, q.begin.y - reach); y < y_end; ++y) {
      for (std::int64_t dz = -reach; dz <= reach; ++dz) {
        for (std::int64_t dy = -reach; dy <= reach; ++dy) {
          if (rows_within_reach(a.row(y, z), b.row(y + dy, z + dz), reach)) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

}  // namespace fossilct::phantom
