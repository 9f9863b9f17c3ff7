// SPDX-License-Identifier: Apache-2.0
#include "filters/opening.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace fossilct {

namespace {

constexpr double most_radius_voxels = 100;
// Squared distances of voxels further away than the radius; far + 100^2 still is an int16.
constexpr std::int16_t far = 20'000;

using Distances = VolumeView<std::int16_t>;

template <typename F>
void for_each_row(const Size3& size, int threads, F&& f) {
  parallel_for(size.z, threads, [&](std::int64_t z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      f(y, z);
    }
  });
}

// to[x] = least of from[x + k] + k^2, |k| <= reach.
void envelope_along_row(const std::int16_t* from, std::int64_t length, std::int64_t reach,
                        std::int16_t* to) {
  std::copy_n(from, length, to);
  for (std::int64_t k = 1; k <= std::min(reach, length - 1); ++k) {
    const auto square = static_cast<std::int16_t>(k * k);
    for (std::int64_t x = 0; x < length - k; ++x) {
      to[x] = std::min(to[x], static_cast<std::int16_t>(from[x + k] + square));
    }
    for (std::int64_t x = k; x < length; ++x) {
      to[x] = std::min(to[x], static_cast<std::int16_t>(from[x - k] + square));
    }
  }
}

// The same across rows that lie `stride` apart: `from` is number `index` of `count`.
void envelope_across_rows(const std::int16_t* from, std::int64_t length, std::int64_t reach,
                          std::int64_t index, std::int64_t count, std::int64_t stride,
                          std::int16_t* to) {
  std::copy_n(from, length, to);
  const std::int64_t first = std::max(-reach, -index);
  const std::int64_t last = std::min(reach, count - 1 - index);
  for (std::int64_t k = first; k <= last; ++k) {
    const auto square = static_cast<std::int16_t>(k * k);
    const std::int16_t* const other = from + k * stride;
    for (std::int64_t x = 0; x < length; ++x) {
      to[x] = std::min(to[x], static_cast<std::int16_t>(other[x] + square));
    }
  }
}

// Squared distances to the nearest voxel that is 0, right up to reach^2: `voxels` holds 0 or far
// and is lost, the result is in `result`.
void square_distances(const Distances& voxels, std::int64_t reach, int threads,
                      const Distances& result) {
  const Size3& size = voxels.size();
  for_each_row(size, threads, [&](std::int64_t y, std::int64_t z) {
    envelope_along_row(voxels.row(y, z), size.x, reach, result.row(y, z));
  });
  for_each_row(size, threads, [&](std::int64_t y, std::int64_t z) {
    envelope_across_rows(result.row(y, z), size.x, reach, y, size.y, size.x, voxels.row(y, z));
  });
  for_each_row(size, threads, [&](std::int64_t y, std::int64_t z) {
    envelope_across_rows(voxels.row(y, z), size.x, reach, z, size.z, size.x * size.y,
                         result.row(y, z));
  });
}

// Opens one class of `labels` after the other. What is less than two radii from an end of `labels`
// that is not an end of the volume comes out wrong.
class Opener {
 public:
  Opener(const Volume<std::uint8_t>& labels, int threads)
      : labels_(labels),
        threads_(threads),
        voxels_(Volume<std::int16_t>::uninitialised(labels.size())),
        distances_(Volume<std::int16_t>::uninitialised(labels.size())) {}

  // Sets the voxels of `opened`, the part of the labels that begins at `begin`, to 0 that go.
  void open(std::uint8_t label, double radius_voxels, const Index3& begin,
            const VolumeView<std::uint8_t>& opened) {
    const auto square = static_cast<std::int16_t>(radius_voxels * radius_voxels);
    const auto reach = static_cast<std::int64_t>(radius_voxels);
    for_each_row(labels_.size(), threads_, [&](std::int64_t y, std::int64_t z) {
      const std::uint8_t* const row = labels_.view().row(y, z);
      std::int16_t* const voxels = voxels_.view().row(y, z);
      for (std::int64_t x = 0; x < labels_.size().x; ++x) {
        voxels[x] = row[x] == label ? far : std::int16_t{0};
      }
    });
    square_distances(voxels_.view(), reach, threads_, distances_.view());
    for_each_row(labels_.size(), threads_, [&](std::int64_t y, std::int64_t z) {
      const std::int16_t* const distances = distances_.view().row(y, z);
      std::int16_t* const voxels = voxels_.view().row(y, z);
      for (std::int64_t x = 0; x < labels_.size().x; ++x) {
        voxels[x] = distances[x] > square ? std::int16_t{0} : far;
      }
    });
    square_distances(voxels_.view(), reach, threads_, distances_.view());
    remove_far(label, square, begin, opened);
  }

 private:
  void remove_far(std::uint8_t label, std::int16_t square, const Index3& begin,
                  const VolumeView<std::uint8_t>& opened) const {
    for_each_row(opened.size(), threads_, [&](std::int64_t y, std::int64_t z) {
      const std::int16_t* const distances =
          distances_.view().row(begin.y + y, begin.z + z) + begin.x;
      std::uint8_t* const row = opened.row(y, z);
      for (std::int64_t x = 0; x < opened.size().x; ++x) {
        const bool gone = (row[x] == label) & (distances[x] > square);
        row[x] = gone ? std::uint8_t{0} : row[x];
      }
    });
  }

  const Volume<std::uint8_t>& labels_;
  int threads_;
  Volume<std::int16_t> voxels_;
  Volume<std::int16_t> distances_;
};

std::array<bool, 256> values_in(const Volume<std::uint8_t>& labels) {
  const std::uint8_t* const end = labels.data() + voxel_count(labels.size());
  std::array<bool, 256> found{};
  for (const std::uint8_t* run = labels.data(); run != end;) {
    found[*run] = true;
    run = std::find_if(run, end, [value = *run](std::uint8_t v) { return v != value; });
  }
  return found;
}

class Opened final : public VolumeSource {
 public:
  Opened(std::unique_ptr<VolumeSource> labels, const RadiusOfClass& radius_voxels, int threads,
         ScanDescription description)
      : VolumeSource(std::move(description)),
        labels_(std::move(labels)),
        radius_voxels_(radius_voxels),
        reach_(static_cast<std::int64_t>(
            *std::max_element(radius_voxels.begin() + 1, radius_voxels.end()))),
        threads_(threads) {}
  std::int64_t preferred_slab() const override { return labels_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    // Thinner pieces would be more halo than piece.
    constexpr std::int64_t piece_voxels = std::int64_t{12} << 20;
    const std::int64_t slice = box.size().x * box.size().y;
    const std::int64_t depth = std::max({piece_voxels / slice, 5 * reach_, std::int64_t{1}});
    for (Box piece = box; piece.begin.z < box.end.z; piece.begin.z = piece.end.z) {
      piece.end.z = std::min(box.end.z, piece.begin.z + depth);
      const Box part = slab(out.size(), piece.begin.z - box.begin.z, piece.end.z - box.begin.z);
      read_piece(piece, out.part(part).as<std::uint8_t>());
    }
  }

  void read_piece(const Box& box, const VolumeView<std::uint8_t>& out) {
    // A ball reaches two radii from a voxel it covers.
    const Box around = padded(box, 2 * reach_, grid().size);
    auto labels = Volume<std::uint8_t>::uninitialised(around.size());
    labels_->read(around, labels.view());
    const Index3 begin = {box.begin.x - around.begin.x, box.begin.y - around.begin.y,
                          box.begin.z - around.begin.z};
    const Box inner = {begin,
                       {begin.x + out.size().x, begin.y + out.size().y, begin.z + out.size().z}};
    copy_voxels(AnyConstView(std::as_const(labels).view().part(inner)), out);
    const std::array<bool, 256> found = values_in(labels);
    Opener opener(labels, threads_);
    for (std::size_t label = 1; label < found.size(); ++label) {
      if (found[label] && radius_voxels_[label] >= 1) {
        opener.open(static_cast<std::uint8_t>(label), radius_voxels_[label], begin, out);
      }
    }
  }

  std::unique_ptr<VolumeSource> labels_;
  RadiusOfClass radius_voxels_;
  std::int64_t reach_;
  int threads_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_labels(std::unique_ptr<VolumeSource> labels,
                                          const RadiusOfClass& radius_voxels, int threads) {
  assert(labels->type() == PixelType::u8);
  for (const double radius : radius_voxels) {
    if (!(radius >= 0 && radius <= most_radius_voxels)) {
      throw Error(ErrorKind::option, "labels can't be opened by a ball of radius " +
                                         format_number(radius) + " voxels; expected 0 to " +
                                         format_number(most_radius_voxels));
    }
  }
  ScanDescription description = labels->description();
  description.levels = 1;
  description.statistics.reset();
  return std::make_unique<Opened>(std::move(labels), radius_voxels, threads,
                                  std::move(description));
}

}  // namespace fossilct
