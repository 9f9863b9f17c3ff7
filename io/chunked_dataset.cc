// SPDX-License-Identifier: Apache-2.0
#include "io/chunked_dataset.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/threads.h"

namespace fossilct {

namespace {

// Bits of a chunk's mask: shuffle, where elements have more than a byte, and deflate come first.
constexpr std::uint32_t no_filter_skipped = 0;
std::uint32_t all_but_checksum_skipped(PixelType type) { return bytes_of(type) > 1 ? 3 : 1; }

std::array<hsize_t, 3> hdf5_extent(const Size3& size) {
  const auto zyx = zyx_from_xyz(size);
  return {static_cast<hsize_t>(zyx[0]), static_cast<hsize_t>(zyx[1]), static_cast<hsize_t>(zyx[2])};
}

hdf5::Handle creation_properties(const Size3& chunk, PixelType type,
                                 const ChunkedDatasetWriter::Options& options) {
  hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(properties, 3, hdf5_extent(chunk).data());
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  if (options.deflate) {
    if (bytes_of(type) > 1) {
      H5Pset_shuffle(properties);
    }
    // HDF5 only records the level; its own scale ends at 9.
    H5Pset_deflate(properties, static_cast<unsigned int>(std::min(options.deflate_level, 9)));
  }
  H5Pset_fletcher32(properties);
  return properties;
}

hdf5::Handle links_with_parents() {
  hdf5::Handle properties(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(properties, 1);
  return properties;
}

// With its checksum behind it, as the last filter of the pipeline leaves it.
void append_checksum(std::span<const std::byte> bytes, std::vector<std::byte>& out) {
  const std::uint32_t sum = fletcher32(bytes);
  out.assign(bytes.begin(), bytes.end());
  for (std::size_t i = 0; i < fletcher32_bytes; ++i) {
    out.push_back(static_cast<std::byte>(sum >> (8 * i) & 0xff));
  }
}

// The chunk's voxels one after another; where it hangs over the volume's edge, zeros.
void gather(const AnyConstView& part, const Size3& chunk, std::vector<std::byte>& out) {
  const AnyView target(out.data(), part.type(), chunk);
  if (part.size() != chunk) {
    std::fill(out.begin(), out.end(), std::byte{0});
  }
  copy_voxels(part, target.part(whole(part.size())));
}

}  // namespace

ChunkedDatasetWriter::ChunkedDatasetWriter(hid_t file, const std::filesystem::path& file_path,
                                           const std::string& hdf5_path, const Size3& size,
                                           PixelType type, const Options& options, SlabDone done)
    : file_path_(file_path),
      type_(type),
      options_(options),
      done_(std::move(done)),
      chunks_{size, chunk_size_for(size, type)} {
  const hdf5::Handle space(H5Screate_simple(3, hdf5_extent(size).data(), nullptr));
  const hdf5::Handle creation = creation_properties(chunks_.chunk, type, options);
  const hdf5::Handle links = links_with_parents();
  dataset_ = hdf5::require_handle(H5Dcreate2(file, hdf5_path.c_str(), hdf5::native_type(type),
                                             space, links, creation, H5P_DEFAULT),
                                  file_path, "create the dataset " + hdf5_path);
}

void ChunkedDatasetWriter::append(const AnyConstView& slab) {
  const std::int64_t depth = chunks_.chunk.z;
  for (std::int64_t z = 0; z < slab.size().z;) {
    const std::int64_t row_end = std::min(next_slice_ + depth, chunks_.volume.z);
    const std::int64_t missing = row_end - next_slice_ - buffered_;
    const std::int64_t take = std::min(missing, slab.size().z - z);
    const AnyConstView slices = slab.part(fossilct::slab(slab.size(), z, z + take));
    if (take == missing && buffered_ == 0) {
      write_row_of_chunks(slices);
    } else {
      buffer(slices);
      if (take == missing) {
        write_row_of_chunks(
            std::as_const(buffer_).view().part(fossilct::slab(buffer_.size(), 0, buffered_)));
      }
    }
    z += take;
  }
}

void ChunkedDatasetWriter::buffer(const AnyConstView& slices) {
  if (buffer_.size().z == 0) {
    buffer_ = AnyVolume(type_, {chunks_.volume.x, chunks_.volume.y, chunks_.chunk.z});
  }
  const Box place = fossilct::slab(buffer_.size(), buffered_, buffered_ + slices.size().z);
  copy_voxels(slices, buffer_.view().part(place));
  buffered_ += slices.size().z;
}

void ChunkedDatasetWriter::write_row_of_chunks(const AnyConstView& slab) {
  const Box row =
      chunks_.chunks_of(fossilct::slab(chunks_.volume, next_slice_, next_slice_ + slab.size().z));
  const std::int64_t count = voxel_count(row.size());
  const std::int64_t lanes = std::min<std::int64_t>(options_.threads, count);
  const std::size_t chunk_bytes =
      static_cast<std::size_t>(voxel_count(chunks_.chunk)) * bytes_of(type_);
  // One lane a thread, each with its own codec; chunks are dealt round robin.
  parallel_for(lanes, options_.threads, [&](std::int64_t lane) {
    ChunkCodec codec(bytes_of(type_), options_.deflate_level);
    std::vector<std::byte> scratch(chunk_bytes);
    std::vector<std::byte> stored;
    for (std::int64_t i = lane; i < count; i += lanes) {
      write_chunk(nth(row, i), slab, codec, scratch, stored);
    }
  });
  done_(slab);
  next_slice_ += slab.size().z;
  buffered_ = 0;
}

void ChunkedDatasetWriter::write_chunk(const Index3& chunk, const AnyConstView& slab,
                                       ChunkCodec& codec, std::vector<std::byte>& scratch,
                                       std::vector<std::byte>& stored) {
  const Box box = chunks_.box_of(chunk);
  gather(slab.part(relative(box, {0, 0, next_slice_})), chunks_.chunk, scratch);
  std::span<const std::byte> bytes = scratch;
  std::uint32_t filters = no_filter_skipped;
  if (options_.deflate) {
    const auto encoded = codec.encode(scratch);
    bytes = encoded.value_or(bytes);
    filters = encoded ? no_filter_skipped : all_but_checksum_skipped(type_);
  }
  append_checksum(bytes, stored);
  const std::scoped_lock lock(file_mutex_);
  hdf5::quiet();
  hdf5::require_ok(H5Dwrite_chunk(dataset_, H5P_DEFAULT, filters, hdf5_extent(box.begin).data(),
                                  stored.size(), stored.data()),
                   file_path_, "write a chunk");
}

}  // namespace fossilct
