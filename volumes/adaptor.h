// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "volumes/volume_source.h"

namespace fossilct {

// A source made of another, which it owns. Private to `volumes`.
class Adaptor : public VolumeSource {
 public:
  std::int64_t preferred_slab() const override { return source_->preferred_slab(); }

 protected:
  explicit Adaptor(std::unique_ptr<VolumeSource> source)
      : VolumeSource(description_of(*source)), source_(std::move(source)) {}
  VolumeSource& source() { return *source_; }
  const VolumeSource& source() const { return *source_; }

  // Reads `box` of the source from z = box.begin.z upwards in pieces of at most about 32 MB (or of
  // one preferred slab, where that is more) and calls f(piece, voxels) for each. Pieces meet at
  // even multiples of the preferred slab.
  template <typename F>
  void read_in_pieces(const Box& box, F&& f) {
    const std::int64_t depth = piece_depth(box);
    for (Box piece = box; piece.begin.z < box.end.z; piece.begin.z = piece.end.z) {
      piece.end.z = std::min(box.end.z, (piece.begin.z / depth + 1) * depth);
      const AnyVolume voxels = source_->read(piece);
      f(piece, AnyConstView(voxels.view()));
    }
  }

 private:
  static ScanDescription description_of(const VolumeSource& source) {
    ScanDescription description = source.description();
    description.levels = 1;  // the file's other levels are not those of what is made of it
    return description;
  }

  std::int64_t piece_depth(const Box& box) const {
    constexpr std::int64_t piece_bytes = std::int64_t{32} << 20;
    const std::int64_t slab = std::max<std::int64_t>(1, source_->preferred_slab());
    const std::int64_t slab_bytes =
        box.size().x * box.size().y * slab * static_cast<std::int64_t>(bytes_of(source_->type()));
    const std::int64_t depth = slab * std::max<std::int64_t>(1, piece_bytes / slab_bytes);
    return depth % 2 == 0 ? depth : depth + slab;
  }

  std::unique_ptr<VolumeSource> source_;
};

}  // namespace fossilct
