// SPDX-License-Identifier: Apache-2.0
#include "volumes/volume_source.h"

#include <algorithm>
#include <cassert>

namespace fossilct {

void VolumeSource::read(const Box& box, const AnyView& out) {
  assert(whole(grid().size).contains(box) && !box.empty());
  assert(out.size() == box.size() && out.type() == type());
  read_box(box, out);
}

AnyVolume VolumeSource::read(const Box& box) {
  AnyVolume volume(type(), box.size());
  read(box, volume.view());
  return volume;
}

std::int64_t slices_at_once(const VolumeSource& source, std::int64_t bytes) {
  const Size3& size = source.grid().size;
  const std::int64_t depth = std::max<std::int64_t>(1, source.preferred_slab());
  const std::int64_t slab_bytes =
      size.x * size.y * depth * static_cast<std::int64_t>(bytes_of(source.type()));
  return depth * std::max<std::int64_t>(1, bytes / slab_bytes);
}

}  // namespace fossilct
