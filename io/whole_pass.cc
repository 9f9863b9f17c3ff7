// SPDX-License-Identifier: Apache-2.0
#include "io/whole_pass.h"

#include <algorithm>

namespace fossilct {

namespace {

constexpr std::int64_t slab_bytes = 64 << 20;

std::int64_t slab_depth(const VolumeSource& source) {
  const Size3& size = source.grid().size;
  const std::int64_t slice_bytes =
      size.x * size.y * static_cast<std::int64_t>(bytes_of(source.type()));
  const std::int64_t preferred = source.preferred_slab();
  const std::int64_t fits = std::max<std::int64_t>(1, slab_bytes / slice_bytes);
  // A multiple of the depth that the source reads well, where one fits.
  return std::min(size.z, fits > preferred ? fits / preferred * preferred : fits);
}

}  // namespace

VolumeStatistics statistics_of(VolumeSource& source, std::string_view stage, Progress& progress) {
  if (source.description().statistics) {
    return *source.description().statistics;
  }
  const Size3& size = source.grid().size;
  const std::int64_t depth = slab_depth(source);
  AnyVolume buffer(source.type(), {size.x, size.y, depth});
  StatisticsAccumulator accumulator(source.type());
  progress.begin(stage, voxel_count(size) * static_cast<std::int64_t>(bytes_of(source.type())),
                 WorkUnit::bytes);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + depth));
    const AnyView view = buffer.view().part(whole(box.size()));
    source.read(box, view);
    accumulator.add(view);
    progress.advance(static_cast<std::int64_t>(view.row_bytes()) * box.size().y * box.size().z);
  }
  progress.end();
  return accumulator.result();
}

}  // namespace fossilct
