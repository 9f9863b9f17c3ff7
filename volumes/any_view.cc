// SPDX-License-Identifier: Apache-2.0
#include "volumes/any_view.h"

#include <cstring>

namespace fossilct {

AnyVolume::AnyVolume(PixelType type, const Size3& size)
    : type_(type),
      size_(size),
      data_(std::make_unique_for_overwrite<std::byte[]>(
          static_cast<std::size_t>(voxel_count(size)) * bytes_of(type))) {}

void copy_voxels(const AnyConstView& from, const AnyView& to) {
  assert(from.size() == to.size() && from.type() == to.type());
  const Size3& size = from.size();
  if (from.contiguous() && to.contiguous()) {
    std::memcpy(to.data(), from.data(),
                static_cast<std::size_t>(voxel_count(size)) * bytes_of(from.type()));
    return;
  }
  const auto bytes = static_cast<std::int64_t>(bytes_of(from.type()));
  const std::size_t row_bytes = from.row_bytes();
  for (std::int64_t z = 0; z < size.z; ++z) {
    const std::byte* source = from.row(0, z);
    std::byte* target = to.row(0, z);
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::memcpy(target, source, row_bytes);
      source += from.row_stride() * bytes;
      target += to.row_stride() * bytes;
    }
  }
}

}  // namespace fossilct
