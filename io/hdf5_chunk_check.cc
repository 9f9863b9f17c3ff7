// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_chunk_check.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"

namespace fossilct::hdf5 {

namespace {

// Deflate, and nothing else that changes how many bytes there are.
bool is_deflate_only(hid_t dataset) {
  const Handle creation(H5Dget_create_plist(dataset));
  const int count = H5Pget_nfilters(creation);
  bool deflate = false;
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values,
                                           nullptr, 0, nullptr, nullptr);
    deflate = deflate || id == H5Z_FILTER_DEFLATE;
    if (id != H5Z_FILTER_DEFLATE && id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32) {
      return false;
    }
  }
  return deflate;
}

struct StoredChunk {
  std::vector<unsigned char> bytes;
  bool as_it_is = false;  // filters were left out when it was written
};

// Size in the file of the chunk at `offset`; 0 where it was never written.
hsize_t stored_size(hid_t dataset, const std::vector<hsize_t>& offset) {
  hsize_t size = 0;
  return H5Dget_chunk_storage_size(dataset, offset.data(), &size) < 0 ? 0 : size;
}

// Where the chunk at the origin lies, or the first that was written.
std::optional<std::vector<hsize_t>> find_chunk(hid_t dataset) {
  const Handle space(H5Dget_space(dataset));
  std::vector<hsize_t> offset(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)), 0);
  if (stored_size(dataset, offset) > 0) {
    return offset;
  }
  hsize_t count = 0;
  unsigned mask = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  if (H5Dget_num_chunks(dataset, space, &count) < 0 || count == 0 ||
      H5Dget_chunk_info(dataset, space, 0, offset.data(), &mask, &address, &size) < 0) {
    return std::nullopt;
  }
  return offset;
}

// Nothing where it can't be had, which reading the voxels will report. The size is asked for by
// the same look-up that reads: in a damaged index H5Dget_chunk_info may speak of another chunk.
std::optional<StoredChunk> read_stored(hid_t dataset) {
  const auto offset = find_chunk(dataset);
  const hsize_t size = offset ? stored_size(dataset, *offset) : 0;
  const Handle file(H5Iget_file_id(dataset));
  hsize_t file_size = 0;
  if (size == 0 || H5Fget_filesize(file, &file_size) < 0 || size > file_size) {
    return std::nullopt;
  }
  StoredChunk chunk{std::vector<unsigned char>(size), false};
  std::uint32_t mask = 0;
  if (H5Dread_chunk(dataset, H5P_DEFAULT, offset->data(), &mask, chunk.bytes.data()) < 0) {
    return std::nullopt;
  }
  chunk.as_it_is = mask != 0;
  return chunk;
}

// How many bytes come out, counted no further than past `enough`; nothing where the stream is
// damaged.
std::optional<hsize_t> inflated_size(std::vector<unsigned char>& bytes, hsize_t enough) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) {
    return std::nullopt;
  }
  std::vector<unsigned char> scratch(64 * 1024);
  stream.next_in = bytes.data();
  stream.avail_in = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK && stream.total_out <= enough) {
    stream.next_out = scratch.data();
    stream.avail_out = static_cast<uInt>(scratch.size());
    state = inflate(&stream, Z_NO_FLUSH);
  }
  const hsize_t size = stream.total_out;
  inflateEnd(&stream);
  return state == Z_OK || state == Z_STREAM_END ? std::optional(size) : std::nullopt;
}

// The filters of a dataset, bit i for the i-th of the pipeline.
struct Filters {
  unsigned resizing = 0;    // those that change how many bytes there are: all but the two below
  unsigned fletcher32 = 0;  // adds four bytes
};

Filters filters_of(hid_t dataset) {
  const Handle creation(H5Dget_create_plist(dataset));
  Filters filters;
  const int count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    const H5Z_filter_t id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &values,
                                           nullptr, 0, nullptr, nullptr);
    const unsigned bit = 1U << static_cast<unsigned>(i);
    filters.fletcher32 |= id == H5Z_FILTER_FLETCHER32 ? bit : 0;
    filters.resizing |= id == H5Z_FILTER_FLETCHER32 || id == H5Z_FILTER_SHUFFLE ? 0 : bit;
  }
  return filters;
}

void check_plain_chunk(hid_t dataset, const std::vector<hsize_t>& offset, const Filters& filters,
                       hsize_t chunk_bytes, const std::string& name,
                       const std::filesystem::path& path) {
  unsigned skipped = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  if (H5Dget_chunk_info_by_coord(dataset, offset.data(), &skipped, &address, &size) < 0 ||
      address == HADDR_UNDEF || (filters.resizing & ~skipped) != 0) {
    return;
  }
  const hsize_t expected = chunk_bytes + ((filters.fletcher32 & ~skipped) != 0 ? 4 : 0);
  if (size != expected) {
    throw format_error(path, "a chunk of " + name + " is stored in " + std::to_string(size) +
                                 " bytes where its header says " + std::to_string(expected) +
                                 "; the file is damaged: copy it again");
  }
}

// Moves `corner` to the next chunk of the box, last axis fastest, as an odometer counts; false
// after the last one.
bool next_corner(std::vector<hsize_t>& corner, const std::vector<hsize_t>& first,
                 const std::vector<hsize_t>& chunk, const std::vector<hsize_t>& end) {
  for (std::size_t k = corner.size(); k > 0; --k) {
    corner[k - 1] += chunk[k - 1];
    if (corner[k - 1] < end[k - 1]) {
      return true;
    }
    corner[k - 1] = first[k - 1];
  }
  return false;
}

}  // namespace

void check_plain_chunks(hid_t dataset, const std::vector<hsize_t>& chunk, hsize_t chunk_bytes,
                        const std::vector<hsize_t>& begin, const std::vector<hsize_t>& end,
                        const std::string& name, const std::filesystem::path& path) {
  const Filters filters = filters_of(dataset);
  std::vector<hsize_t> first(chunk.size());
  for (std::size_t k = 0; k < chunk.size(); ++k) {
    first[k] = begin[k] / chunk[k] * chunk[k];
  }
  std::vector<hsize_t> corner = first;
  do {
    check_plain_chunk(dataset, corner, filters, chunk_bytes, name, path);
  } while (next_corner(corner, first, chunk, end));
}

void check_first_chunk(hid_t dataset, hsize_t chunk_bytes, const std::string& name,
                       const std::filesystem::path& path) {
  if (!is_deflate_only(dataset)) {
    return;
  }
  std::optional<StoredChunk> chunk = read_stored(dataset);
  H5Eclear2(H5E_DEFAULT);
  if (!chunk || chunk->as_it_is) {
    return;
  }
  const auto size = inflated_size(chunk->bytes, chunk_bytes);
  if (!size || *size < chunk_bytes) {
    throw format_error(path, "the chunks of " + name + " hold " +
                                 (size ? std::to_string(*size) + " bytes each"
                                       : std::string("no whole deflate stream")) +
                                 ", but its header says " + std::to_string(chunk_bytes) +
                                 " bytes; the file is damaged");
  }
}

}  // namespace fossilct::hdf5
