// SPDX-License-Identifier: Apache-2.0
#include "io/transfer.h"

#include <algorithm>
#include <future>
#include <utility>

namespace fossilct {

namespace {

// Above this a slab is not made deeper for the source's sake, only as deep as the sink asks.
constexpr std::int64_t comfortable_slab_bytes = std::int64_t{64} << 20;

std::int64_t slab_depth(const VolumeSource& source, const VolumeSink& sink) {
  const Size3& size = source.grid().size;
  const std::int64_t step = sink.preferred_slab();
  const std::int64_t slice_bytes =
      size.x * size.y * static_cast<std::int64_t>(bytes_of(source.type()));
  const std::int64_t comfortable = std::max<std::int64_t>(1, comfortable_slab_bytes / slice_bytes);
  const std::int64_t wish = std::min(std::max(source.preferred_slab(), step), comfortable);
  return std::max(step, wish / step * step);
}

}  // namespace

void transfer(VolumeSource& source, VolumeSink& sink, std::string_view stage, Progress& progress) {
  const Size3& size = source.grid().size;
  const std::int64_t depth = slab_depth(source, sink);
  const auto bytes_per_voxel = static_cast<std::int64_t>(bytes_of(source.type()));
  progress.begin(stage, voxel_count(size) * bytes_per_voxel, WorkUnit::bytes);
  const auto read = [&](AnyVolume buffer, std::int64_t z) {
    const Box box = slab(size, z, std::min(z + depth, size.z));
    if (buffer.size() != box.size()) {
      buffer = AnyVolume(source.type(), box.size());
    }
    source.read(box, buffer.view());
    return buffer;
  };
  AnyVolume spare;
  auto next = std::async(std::launch::async, read, AnyVolume(), std::int64_t{0});
  for (std::int64_t z = 0; z < size.z; z += depth) {
    AnyVolume current = next.get();
    progress.check();
    if (z + depth < size.z) {
      next = std::async(std::launch::async, read, std::move(spare), z + depth);
    }
    sink.write(current.view());
    progress.advance(voxel_count(current.size()) * bytes_per_voxel);
    spare = std::move(current);
  }
  progress.end();
}

}  // namespace fossilct
