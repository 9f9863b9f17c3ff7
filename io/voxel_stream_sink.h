// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "io/byte_output.h"
#include "volumes/any_view.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// What of a container that is a header and then its voxels is packed with gzip.
enum class Packing { none, voxels, file };

// Private to `io`. The sink of NRRD, MetaImage and NIfTI: `header`, then the voxels as they lie in
// memory (x fastest, the machine's own byte order, which the header must state). Contiguous slabs
// go out without a copy, others slice by slice.
class VoxelStreamSink : public VolumeSink {
 public:
  VoxelStreamSink(const std::filesystem::path& path, const ScanDescription& description,
                  std::string_view header, Packing packing, IfExists if_exists, int threads);

  std::int64_t preferred_slab() const override;

 private:
  void write_slab(std::int64_t z_begin, const AnyConstView& slab) override;
  void finish_output() override;

  ByteOutput output_;
  AnyVolume slice_;  // only where a slab was not contiguous
};

// Slices that make about 32 MiB: enough for the disk and for a few threads, little in memory.
std::int64_t slab_for_writing(const Grid& grid, PixelType type);

}  // namespace fossilct
