// SPDX-License-Identifier: Apache-2.0
#include "io/voxel_stream_sink.h"

#include <algorithm>
#include <span>

namespace fossilct {

VoxelStreamSink::VoxelStreamSink(const std::filesystem::path& path,
                                 const ScanDescription& description, std::string_view header,
                                 Packing packing, IfExists if_exists, int threads)
    : VolumeSink(description.grid, description.type), output_(path, if_exists) {
  if (packing == Packing::file) {
    output_.begin_gzip(threads);
  }
  output_.write(header);
  if (packing == Packing::voxels) {
    output_.begin_gzip(threads);
  }
}

std::int64_t VoxelStreamSink::preferred_slab() const { return slab_for_writing(grid(), type()); }

void VoxelStreamSink::write_slab(std::int64_t /*z_begin*/, const AnyConstView& slab) {
  const auto bytes_in = [&](const Size3& size) {
    return static_cast<std::size_t>(voxel_count(size)) * bytes_of(type());
  };
  if (slab.contiguous()) {
    output_.write(std::span(slab.data(), bytes_in(slab.size())));
    return;
  }
  const Size3 slice_size{slab.size().x, slab.size().y, 1};
  if (slice_.size() != slice_size) {
    slice_ = AnyVolume(type(), slice_size);
  }
  for (std::int64_t z = 0; z < slab.size().z; ++z) {
    copy_voxels(slab.part(fossilct::slab(slab.size(), z, z + 1)), slice_.view());
    output_.write(std::span<const std::byte>(slice_.view().data(), bytes_in(slice_size)));
  }
}

void VoxelStreamSink::finish_output() { output_.finish(); }

std::int64_t slab_for_writing(const Grid& grid, PixelType type) {
  constexpr std::int64_t slab_bytes = std::int64_t{32} << 20;
  const std::int64_t slice_bytes =
      voxel_count({grid.size.x, grid.size.y, 1}) * static_cast<std::int64_t>(bytes_of(type));
  return std::clamp<std::int64_t>(slab_bytes / slice_bytes, 1, grid.size.z);
}

}  // namespace fossilct
