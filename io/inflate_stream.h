// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "io/open_scan.h"
#include "volumes/volume_source.h"

namespace fossilct {

// The bytes of a gzip (also of several members) or zlib stream that begins at a byte of a file.
// Going forward costs the inflating of what lies between (about 200 MB/s). The state of the
// decompressor is kept from time to time, at most 64 times, so that going back repeats no more than
// about a 64th of what was inflated so far. Memory: under 4 MB, whatever the length.
class InflateStream {
 public:
  InflateStream(const std::filesystem::path& path, std::int64_t file_offset);
  ~InflateStream();
  InflateStream(InflateStream&&) noexcept;

  // Fills `bytes` from inflated byte `position` on. Throws Error{format} where the stream is
  // damaged or ends before that, Error{file} where it can't be read.
  void read_at(std::int64_t position, std::span<std::byte> bytes);
  // How many of the bytes there are, `bytes` being filled as far; for headers of unknown length.
  std::size_t read_some(std::int64_t position, std::span<std::byte> bytes);
  // Once the last byte that is wanted was read: inflates what is left, nothing in most files, and
  // throws Error{format} where the checksum behind it says that something else was packed, or is
  // not there any more.
  void check_end();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// As open_raw_voxels, for voxels inside such a stream: `layout.offset` counts inflated bytes, the
// stream begins at byte `file_offset` of the file. Boxes with ascending z are cheap, others cost as
// said above; one thread at a time. Throws Error{format} where so few compressed bytes can't hold
// so many voxels (deflate shrinks by 1032 at most); a stream that ends early is found in read(),
// and what its checksum tells with the last voxel.
std::unique_ptr<VolumeSource> open_inflated_voxels(const std::filesystem::path& path,
                                                   std::int64_t file_offset,
                                                   const RawLayout& layout,
                                                   ScanDescription description);

}  // namespace fossilct
