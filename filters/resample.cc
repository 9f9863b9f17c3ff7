// SPDX-License-Identifier: Apache-2.0
#include "filters/resample.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace fossilct {

namespace {

// The old voxels that one new voxel is made of, along one axis.
struct Taps {
  std::int64_t first = 0;
  std::vector<double> weights;  // of first, first + 1, ...; their sum is 1

  std::int64_t end() const { return first + std::ssize(weights); }
};

// One axis: n old voxels, new ones `ratio` times as long.
struct AxisScale {
  std::int64_t old_size = 1;
  double ratio = 1;

  Taps nearest(std::int64_t index) const {
    const auto old = static_cast<std::int64_t>((static_cast<double>(index) + 0.5) * ratio);
    return {std::clamp<std::int64_t>(old, 0, old_size - 1), {1}};
  }

  Taps linear(std::int64_t index) const {
    const double last = static_cast<double>(old_size) - 1;
    const double at = std::clamp((static_cast<double>(index) + 0.5) * ratio - 0.5, 0.0, last);
    const double below = std::floor(at);
    if (at == below) {
      return {static_cast<std::int64_t>(below), {1}};
    }
    return {static_cast<std::int64_t>(below), {1 - (at - below), at - below}};
  }

  // By the area that is covered, in old voxel edges.
  Taps mean(std::int64_t index) const {
    const auto size = static_cast<double>(old_size);
    const double begin = std::min(static_cast<double>(index) * ratio, size - 1);
    const double end = std::min(static_cast<double>(index + 1) * ratio, size);
    Taps taps{static_cast<std::int64_t>(begin), {}};
    // A sliver of a voxel that only rounding makes is none.
    constexpr double sliver = 1e-9;
    for (double edge = std::floor(begin); edge < end - sliver; ++edge) {
      const double covered = std::min(edge + 1, end) - std::max(edge, begin);
      taps.weights.push_back(covered / (end - begin));
    }
    return taps;
  }

  Taps of(std::int64_t index, VolumeKind kind) const {
    if (ratio == 1) {
      return {index, {1}};
    }
    return kind == VolumeKind::labels ? nearest(index) : ratio > 1 ? mean(index) : linear(index);
  }
};

using AxisTaps = std::vector<Taps>;  // of the new voxels of a box

std::pair<std::int64_t, std::int64_t> range_of(const AxisTaps& taps) {
  std::int64_t end = 0;
  for (const Taps& t : taps) {
    end = std::max(end, t.end());
  }
  return {taps.front().first, end};
}

// Sums of 8 and 16 bit voxels are exact enough in float.
template <typename T>
using SumOf = std::conditional_t<(sizeof(T) <= 2) || std::is_same_v<T, float>, float, double>;

template <typename T, typename Sum>
T rounded(Sum value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    constexpr auto low = static_cast<double>(std::numeric_limits<T>::lowest());
    constexpr auto high = static_cast<double>(std::numeric_limits<T>::max());
    return static_cast<T>(std::clamp(std::floor(static_cast<double>(value) + 0.5), low, high));
  }
}

struct BoxTaps {
  AxisTaps x, y, z;

  Box under() const {
    const auto [x0, x1] = range_of(x);
    const auto [y0, y1] = range_of(y);
    const auto [z0, z1] = range_of(z);
    return {{x0, y0, z0}, {x1, y1, z1}};
  }
};

// Fills `out`, whose voxels have these taps, from the voxels of taps.under().
template <typename T>
class Mixer {
 public:
  using Sum = SumOf<T>;
  Mixer(const VolumeView<const T>& in, const BoxTaps& taps)
      : in_(in),
        taps_(taps),
        begin_(taps.under().begin),
        row_(static_cast<std::size_t>(in.size().x)) {}

  void fill(const VolumeView<T>& out) {
    for (std::int64_t z = 0; z < out.size().z; ++z) {
      for (std::int64_t y = 0; y < out.size().y; ++y) {
        mix_rows(taps_.y[static_cast<std::size_t>(y)], taps_.z[static_cast<std::size_t>(z)]);
        mix_along_row(out.row(y, z));
      }
    }
  }

 private:
  void mix_rows(const Taps& y, const Taps& z) {
    std::fill(row_.begin(), row_.end(), Sum(0));
    for (std::int64_t k = z.first; k < z.end(); ++k) {
      for (std::int64_t j = y.first; j < y.end(); ++j) {
        const auto weight = static_cast<Sum>(z.weights[static_cast<std::size_t>(k - z.first)] *
                                             y.weights[static_cast<std::size_t>(j - y.first)]);
        const T* const from = in_.row(j - begin_.y, k - begin_.z);
        for (std::size_t x = 0; x < row_.size(); ++x) {
          row_[x] += weight * static_cast<Sum>(from[x]);
        }
      }
    }
  }

  void mix_along_row(T* out) const {
    for (const Taps& x : taps_.x) {
      const Sum* const from = row_.data() + (x.first - begin_.x);
      Sum sum = 0;
      for (std::size_t i = 0; i < x.weights.size(); ++i) {
        sum += static_cast<Sum>(x.weights[i]) * from[i];
      }
      *out++ = rounded<T>(sum);
    }
  }

  VolumeView<const T> in_;
  const BoxTaps& taps_;
  Index3 begin_;
  std::vector<Sum> row_;  // of the source, rows and slices mixed
};

// Labels are picked, never mixed: a sum in float would not hold every u32.
template <typename T>
void pick(const VolumeView<const T>& in, const BoxTaps& taps, const VolumeView<T>& out) {
  const Index3 begin = taps.under().begin;
  for (std::int64_t z = 0; z < out.size().z; ++z) {
    for (std::int64_t y = 0; y < out.size().y; ++y) {
      const T* const from = in.row(taps.y[static_cast<std::size_t>(y)].first - begin.y,
                                   taps.z[static_cast<std::size_t>(z)].first - begin.z);
      T* to = out.row(y, z);
      for (const Taps& x : taps.x) {
        *to++ = from[x.first - begin.x];
      }
    }
  }
}

class Resampled final : public VolumeSource {
 public:
  Resampled(std::unique_ptr<VolumeSource> source, ScanDescription description)
      : VolumeSource(std::move(description)), source_(std::move(source)) {
    const Grid& old = source_->grid();
    const Vector3& to = grid().spacing_um;
    axes_ = {{{old.size.x, to.x / old.spacing_um.x},
              {old.size.y, to.y / old.spacing_um.y},
              {old.size.z, to.z / old.spacing_um.z}}};
  }
  std::int64_t preferred_slab() const override {
    const double slab = static_cast<double>(source_->preferred_slab()) / axes_[2].ratio;
    return std::clamp<std::int64_t>(std::llround(slab), 1, grid().size.z);
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const std::int64_t depth = piece_depth(box);
    for (std::int64_t z = box.begin.z; z < box.end.z; z += depth) {
      Box piece = box;
      piece.begin.z = z;
      piece.end.z = std::min(z + depth, box.end.z);
      read_piece(piece, out.part(slab(out.size(), z - box.begin.z, piece.end.z - box.begin.z)));
    }
  }

  void read_piece(const Box& box, const AnyView& out) {
    const BoxTaps taps = {taps_of(0, box.begin.x, box.end.x), taps_of(1, box.begin.y, box.end.y),
                          taps_of(2, box.begin.z, box.end.z)};
    const AnyVolume in = source_->read(taps.under());
    dispatch(type(), [&]<typename T>(std::type_identity<T>) {
      if (description().kind == VolumeKind::labels) {
        pick<T>(in.view().as<T>(), taps, out.as<T>());
      } else {
        Mixer<T>(in.view().as<T>(), taps).fill(out.as<T>());
      }
    });
  }

  AxisTaps taps_of(std::size_t axis, std::int64_t begin, std::int64_t end) const {
    AxisTaps taps;
    taps.reserve(static_cast<std::size_t>(end - begin));
    for (std::int64_t i = begin; i < end; ++i) {
      taps.push_back(axes_[axis].of(i, description().kind));
    }
    return taps;
  }

  // New slices whose part of the source takes some 64 MB.
  std::int64_t piece_depth(const Box& box) const {
    constexpr double piece_bytes = 64 << 20;
    const Size3 size = box.size();
    const double slice = std::max(1.0, static_cast<double>(size.x) * axes_[0].ratio) *
                         std::max(1.0, static_cast<double>(size.y) * axes_[1].ratio) *
                         static_cast<double>(bytes_of(type()));
    return std::max<std::int64_t>(1, std::llround(piece_bytes / (slice * axes_[2].ratio)));
  }

  std::unique_ptr<VolumeSource> source_;
  std::array<AxisScale, 3> axes_;
};

std::int64_t resampled_size(std::int64_t size, double old_um, double new_um) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(size) * old_um / new_um));
}

std::string spacing_text(const Vector3& um) {
  return format_rounded(um.x) + "," + format_rounded(um.y) + "," + format_rounded(um.z);
}

}  // namespace

Grid resampled(const Grid& grid, const Vector3& to) {
  const Vector3& from = grid.spacing_um;
  Grid result = grid;
  result.size = {resampled_size(grid.size.x, from.x, to.x),
                 resampled_size(grid.size.y, from.y, to.y),
                 resampled_size(grid.size.z, from.z, to.z)};
  result.spacing_um = to;
  result.origin_um = grid.physical_from_index(
      {(to.x / from.x - 1) / 2, (to.y / from.y - 1) / 2, (to.z / from.z - 1) / 2});
  return result;
}

std::unique_ptr<VolumeSource> resample(std::unique_ptr<VolumeSource> source,
                                       const Vector3& spacing_um) {
  assert(spacing_um.x > 0 && spacing_um.y > 0 && spacing_um.z > 0);
  const Vector3 from = source->grid().spacing_um;
  if (from == spacing_um) {
    return source;
  }
  ScanDescription description = source->description();
  description.grid = resampled(description.grid, spacing_um);
  description.levels = 1;
  description.statistics.reset();
  if (from.z != spacing_um.z) {
    description.slice_numbers.clear();
  }
  description.notices.push_back("resampled from voxels of " + spacing_text(from) + " to " +
                                spacing_text(spacing_um) + " um");
  return std::make_unique<Resampled>(std::move(source), std::move(description));
}

}  // namespace fossilct
