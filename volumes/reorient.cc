// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "base/error.h"
#include "volumes/adaptor.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

using Axes = std::array<std::int64_t, 3>;

Axes axes_of(const Index3& i) { return {i.x, i.y, i.z}; }
Index3 index_of(const Axes& a) { return {a[0], a[1], a[2]}; }

// Puts voxel (x, y, z) of `in` at out[x * steps[0] + y * steps[1] + z * steps[2]]. `along` is the
// axis of `in` whose step is 1 or -1.
template <typename T>
class Scatter {
 public:
  Scatter(const VolumeView<const T>& in, T* out, const Axes& steps, std::size_t along)
      : in_(in), out_(out), steps_(steps), along_(along) {}

  void run() const {
    if (along_ == 0) {
      copy_rows();
    } else {
      transpose();
    }
  }

 private:
  void copy_rows() const {
    const Size3& size = in_.size();
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        const T* const from = in_.row(y, z);
        T* const to = out_ + y * steps_[1] + z * steps_[2];
        if (steps_[0] == 1) {
          std::copy_n(from, size.x, to);
        } else {
          std::reverse_copy(from, from + size.x, to - (size.x - 1));
        }
      }
    }
  }

  // Tile by tile, so that the rows read and the rows written both stay in the cache.
  void transpose() const {
    const std::size_t other = 3 - along_;
    const Axes size = axes_of(in_.size());
    for (std::int64_t k = 0; k < size[other]; ++k) {
      for (std::int64_t a = 0; a < size[along_]; a += tile) {
        for (std::int64_t x = 0; x < size[0]; x += tile) {
          Axes begin{x, 0, 0};
          begin[along_] = a;
          begin[other] = k;
          copy_tile(begin, std::min(x + tile, size[0]), std::min(a + tile, size[along_]));
        }
      }
    }
  }

  void copy_tile(const Axes& begin, std::int64_t x_end, std::int64_t along_end) const {
    const std::int64_t stride = along_ == 1 ? in_.row_stride() : in_.slice_stride();
    const std::int64_t count = along_end - begin[along_];
    const T* from = in_.row(begin[1], begin[2]) + begin[0];
    T* to = out_ + begin[0] * steps_[0] + begin[1] * steps_[1] + begin[2] * steps_[2];
    for (std::int64_t x = begin[0]; x < x_end; ++x) {
      for (std::int64_t i = 0; i < count; ++i) {
        to[i * steps_[along_]] = from[i * stride];
      }
      ++from;
      to += steps_[0];
    }
  }

  static constexpr std::int64_t tile = 32;
  VolumeView<const T> in_;
  T* out_;
  Axes steps_;
  std::size_t along_;
};

std::vector<std::int64_t> reversed_numbers(const ScanDescription& description) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t z = description.grid.size.z; z-- > 0;) {
    numbers.push_back(slice_number(description, z));
  }
  return numbers;
}

class Reoriented final : public Adaptor {
 public:
  Reoriented(std::unique_ptr<VolumeSource> source, const Reorientation& reorientation)
      : Adaptor(std::move(source)), flip_(reorientation.flip) {
    std::copy(reorientation.axis_of_new.begin(), reorientation.axis_of_new.end(), old_of_.begin());
    ScanDescription& description = mutable_description();
    const Grid& old = this->source().grid();
    const Axes size = axes_of(old.size);
    const std::array spacing = {old.spacing_um.x, old.spacing_um.y, old.spacing_um.z};
    description.grid.size = {size[old_of_[0]], size[old_of_[1]], size[old_of_[2]]};
    description.grid.spacing_um = {spacing[old_of_[0]], spacing[old_of_[1]], spacing[old_of_[2]]};
    if (old_of_[2] != 2) {
      description.slice_numbers.clear();
    } else if (flip_[2]) {
      description.slice_numbers = reversed_numbers(this->source().description());
    }
    if (description.slice_step > 1 && old_of_[2] != 2) {
      description.notices.push_back("the axis whose slices are not neighbours (only every " +
                                    std::to_string(description.slice_step) +
                                    "th is there) is no longer z");
    }
  }

  // Where z moves, each slab passes over the whole source: the more slices at once the better.
  std::int64_t preferred_slab() const override {
    if (old_of_[2] == 2) {
      return source().preferred_slab();
    }
    constexpr std::int64_t slab_bytes = std::int64_t{128} << 20;
    const Size3& size = grid().size;
    const std::int64_t slice_bytes = size.x * size.y * static_cast<std::int64_t>(bytes_of(type()));
    return std::clamp<std::int64_t>(slab_bytes / slice_bytes, 1, size.z);
  }

 private:
  // The voxels of the source that `box` shows.
  Box old_box(const Box& box) const {
    const Axes size = axes_of(grid().size);
    const Axes begin = axes_of(box.begin);
    const Axes end = axes_of(box.end);
    Axes old_begin{};
    Axes old_end{};
    for (std::size_t k = 0; k < 3; ++k) {
      old_begin[old_of_[k]] = flip_[k] ? size[k] - end[k] : begin[k];
      old_end[old_of_[k]] = flip_[k] ? size[k] - begin[k] : end[k];
    }
    return {index_of(old_begin), index_of(old_end)};
  }

  void read_box(const Box& box, const AnyView& out) override {
    const Box old = old_box(box);
    read_in_pieces(old, [&](const Box& piece, const AnyConstView& voxels) {
      dispatch(type(), [&]<typename T>(std::type_identity<T>) {
        put(voxels.as<T>(), piece.begin.z - old.begin.z, out.as<T>());
      });
    });
  }

  // `piece` begins `z_offset` slices into the old box that fills `out`.
  template <typename T>
  void put(const VolumeView<const T>& piece, std::int64_t z_offset,
           const VolumeView<T>& out) const {
    const Axes strides = {1, out.row_stride(), out.slice_stride()};
    const Axes size = axes_of(out.size());
    T* first = out.data();
    Axes steps{};
    for (std::size_t k = 0; k < 3; ++k) {
      first += flip_[k] ? (size[k] - 1) * strides[k] : 0;
      steps[old_of_[k]] = flip_[k] ? -strides[k] : strides[k];
    }
    Scatter<T>(piece, first + z_offset * steps[2], steps, old_of_[0]).run();
  }

  std::array<std::size_t, 3> old_of_{};
  std::array<bool, 3> flip_;
};

}  // namespace

std::unique_ptr<VolumeSource> reorient(std::unique_ptr<VolumeSource> source,
                                       const Reorientation& reorientation) {
  std::array<int, 3> sorted = reorientation.axis_of_new;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != std::array{0, 1, 2}) {
    throw option_error("--permute", "names an axis twice; expected each of x, y and z once");
  }
  if (reorientation.is_identity()) {
    return source;
  }
  return std::make_unique<Reoriented>(std::move(source), reorientation);
}

}  // namespace fossilct
