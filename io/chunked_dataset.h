// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: one resolution of a volume file as it is written.

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "io/chunk_codec.h"
#include "io/chunk_grid.h"
#include "io/hdf5_handle.h"
#include "volumes/any_view.h"

namespace fossilct {

// Takes slabs of any depth in order and writes them as chunks, encoded by several threads, straight
// into the file (H5Dwrite_chunk); collects what does not fill a row of chunks yet.
class ChunkedDatasetWriter {
 public:
  struct Options {
    bool deflate = true;
    int deflate_level = 1;
    int threads = 1;
  };
  // Called for each row of chunks once it is written: z of its first slice, its voxels.
  using SlabDone = std::function<void(const AnyConstView&)>;

  // `hdf5_path` is created with its parents. Throws Error{file} naming `file_path`.
  ChunkedDatasetWriter(hid_t file, const std::filesystem::path& file_path,
                       const std::string& hdf5_path, const Size3& size, PixelType type,
                       const Options& options, SlabDone done);

  const hdf5::Handle& dataset() const { return dataset_; }
  const ChunkGrid& chunks() const { return chunks_; }
  std::int64_t slices_taken() const { return next_slice_ + buffered_; }
  void append(const AnyConstView& slab);

 private:
  void buffer(const AnyConstView& slices);
  void write_row_of_chunks(const AnyConstView& slab);
  void write_chunk(const Index3& chunk, const AnyConstView& slab, ChunkCodec& codec,
                   std::vector<std::byte>& scratch, std::vector<std::byte>& stored);

  std::filesystem::path file_path_;
  PixelType type_;
  Options options_;
  SlabDone done_;
  ChunkGrid chunks_;
  hdf5::Handle dataset_;
  std::mutex file_mutex_;
  AnyVolume buffer_;
  std::int64_t buffered_ = 0;
  std::int64_t next_slice_ = 0;  // first slice not yet written
};

}  // namespace fossilct
