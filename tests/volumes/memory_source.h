// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "volumes/volume_source.h"

namespace fossilct::test {

// A source over voxels in memory, with everything a description may hold, which remembers how many
// voxels were asked of it and how many at once.
template <typename T>
class MemorySource final : public VolumeSource {
 public:
  MemorySource(Volume<T> volume, ScanDescription description, std::int64_t preferred_slab = 1)
      : VolumeSource(std::move(description)),
        volume_(std::move(volume)),
        preferred_slab_(preferred_slab) {}
  std::int64_t preferred_slab() const override { return preferred_slab_; }

  std::int64_t voxels_read = 0;
  std::int64_t most_at_once = 0;

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const std::int64_t count = voxel_count(box.size());
    voxels_read += count;
    most_at_once = std::max(most_at_once, count);
    copy_voxels(AnyConstView(std::as_const(volume_).view().part(box)), out);
  }

  Volume<T> volume_;
  std::int64_t preferred_slab_;
};

template <typename T>
ScanDescription full_description(const Volume<T>& volume) {
  ScanDescription description;
  description.grid.size = volume.size();
  description.grid.spacing_um = {0.5, 2, 3};
  description.grid.origin_um = {10, 20, 30};
  description.type = pixel_type_of<T>();
  description.format = "memory";
  description.files = {"a.tif", "b.tif"};
  description.notices = {"an old notice"};
  description.levels = 3;
  StatisticsAccumulator statistics(description.type);
  statistics.add(volume.view());
  description.statistics = statistics.result();
  description.provenance = {{"made", "by hand"}};
  return description;
}

template <typename T>
std::unique_ptr<MemorySource<T>> source_of(const Volume<T>& volume,
                                           std::int64_t preferred_slab = 1) {
  return std::make_unique<MemorySource<T>>(volume.clone(), full_description(volume),
                                           preferred_slab);
}

template <typename T>
Volume<T> read_all(VolumeSource& source) {
  Volume<T> volume(source.grid().size);
  source.read(whole(volume.size()), volume.view());
  return volume;
}

template <typename T>
bool same_voxels(const Volume<T>& a, const Volume<T>& b) {
  return a.size() == b.size() && std::equal(a.data(), a.data() + voxel_count(a.size()), b.data());
}

// Reads boxes of awkward sizes, also into a strided view, and puts them together.
template <typename T>
Volume<T> read_piecewise(VolumeSource& source) {
  const Size3 size = source.grid().size;
  Volume<T> volume(size);
  const Size3 step = {std::max<std::int64_t>(1, size.x / 2), 3, 2};
  for (std::int64_t z = 0; z < size.z; z += step.z) {
    for (std::int64_t y = 0; y < size.y; y += step.y) {
      for (std::int64_t x = 0; x < size.x; x += step.x) {
        const Box box = {{x, y, z},
                         {std::min(x + step.x, size.x), std::min(y + step.y, size.y),
                          std::min(z + step.z, size.z)}};
        source.read(box, volume.view().part(box));
      }
    }
  }
  return volume;
}

}  // namespace fossilct::test
