// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/json.h"
#include "volumes/volume_sink.h"
#include "volumes/volume_source.h"

namespace fossilct {

// The volume file (.h5), schema 1, docs/decisions/ and docs/volume-file.md: VTKHDF ImageData at
// /VTKHDF/PointData/<name>, hard-linked as /data, lower resolutions as /levels/1, /levels/2 ...,
// attributes, provenance.

enum class Compression { none, deflate };

struct VolumeFileOptions {
  VolumeKind kind = VolumeKind::intensity;
  std::string array_name;  // PointData/<name>; empty = "intensity" or "labels"
  Compression compression = Compression::deflate;  // labels are always deflated
  int deflate_level = 1;                           // 1 (fast) to 12 (libdeflate's own scale)
  bool levels = true;                              // write the resolution pyramid
  std::vector<LabelClass> classes;                 // labels only
  std::int64_t slice_step = 1;                     // see ScanDescription
  std::vector<std::int64_t> slice_numbers;         // likewise; kept where slice_step apart
  bool projections = false;
  IfExists if_exists = IfExists::refuse;
  int threads = 1;
};

// Writes a volume file slab by slab under a temporary name: chunks, statistics and levels in the
// one pass, renamed when whole. Memory: about 1.5 slabs of the chunk's depth beside the caller's.
class VolumeFileSink : public VolumeSink {
 public:
  // Throws Error{file} when it can't be created, Error{format} for a grid that check() refuses.
  VolumeFileSink(const std::filesystem::path& path, const Grid& grid, PixelType type,
                 const VolumeFileOptions& options);
  ~VolumeFileSink() override;

  std::int64_t preferred_slab() const override;
  // What finish() stores beside the voxels: {"sources": [...], "command": ..., "version": ...,
  // "time": ...}; and the list of all source files with size and SHA-256, as text.
  void set_provenance(const Json& provenance, const std::string& source_manifest);
  // After finish().
  const VolumeStatistics& statistics() const;

 private:
  void write_slab(std::int64_t z_begin, const AnyConstView& slab) override;
  void finish_output() override;

  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether the HDF5 file is one of ours (schema attribute), whatever its name.
bool is_volume_file(const std::filesystem::path& path);

// Level 0 is the full resolution. Chunks are read with pread and decoded by `threads` threads.
// Throws Error{option} for a level that is not there (names those that are), Error{file|format} for
// damaged files.
std::unique_ptr<VolumeSource> open_volume_file(const std::filesystem::path& path,
                                               std::int64_t level, int threads);

}  // namespace fossilct
