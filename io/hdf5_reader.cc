// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/hdf5_choice.h"
#include "io/hdf5_chunk_check.h"
#include "io/hdf5_links.h"
#include "io/hdf5_shape.h"
#include "io/hdf5_spacing.h"

// HDF5 files of others. Slabs that begin and end at multiples of preferred_slab() (the chunks'
// depth) decode each chunk once. The library's cache is made to hold one layer of chunks, up to
// 128 MiB, so that thinner slabs read one after another do the same; where a layer is larger than
// that, a slab of one slice decodes all chunks it touches whole, and the next one again.

namespace fossilct {

namespace {

using hdf5::ChosenDataset;
using hdf5::Handle;

constexpr hsize_t most_cache_bytes = hsize_t{128} << 20;
constexpr hsize_t most_chunk_bytes = 0xffffffff;  // HDF5's own limit
constexpr hsize_t large_chunk_bytes = hsize_t{256} << 20;
constexpr std::int64_t most_slab_bytes = std::int64_t{256} << 20;

// Empty for a dataset that is not chunked.
std::vector<hsize_t> chunk_of(const ChosenDataset& chosen, const std::filesystem::path& path) {
  const Handle creation(H5Dget_create_plist(chosen.dataset));
  std::vector<hsize_t> chunk(chosen.extent.size());
  if (H5Pget_layout(creation) != H5D_CHUNKED) {
    return {};
  }
  hdf5::require_ok(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), path,
                   "read the chunk shape of " + chosen.name);
  const Handle space(H5Dget_space(chosen.dataset));
  std::vector<hsize_t> most(chunk.size());
  H5Sget_simple_extent_dims(space, nullptr, most.data());
  hsize_t bytes = bytes_of(chosen.type);
  for (std::size_t k = 0; k < chunk.size(); ++k) {
    // HDF5 writes no chunk longer than its dataset can grow, but reads such a header.
    if (chunk[k] == 0 || chunk[k] > most[k] || chunk[k] > most_chunk_bytes ||
        (bytes *= chunk[k]) > most_chunk_bytes) {
      throw format_error(path, "the chunks of " + chosen.name + " are " + hdf5::shape_text(chunk) +
                                   ", which HDF5 does not allow; the file is damaged");
    }
  }
  return chunk;
}

hsize_t chunk_bytes(const ChosenDataset& chosen, const std::vector<hsize_t>& chunk) {
  hsize_t bytes = bytes_of(chosen.type);
  for (const hsize_t length : chunk) {
    bytes *= length;
  }
  return bytes;
}

// The chunks that a slice crosses.
hsize_t chunks_of_layer(const ChosenDataset& chosen, const std::vector<hsize_t>& chunk) {
  hsize_t count = 1;
  for (const std::size_t axis : {chosen.axis_zyx[1], chosen.axis_zyx[2]}) {
    count *= (chosen.extent[axis] + chunk[axis] - 1) / chunk[axis];
  }
  return count;
}

// The same dataset again, with a cache that suits slabs; closed first, since HDF5 keeps the cache
// of a dataset that is open.
void reopen_with_cache(ChosenDataset& chosen, hid_t file, const std::vector<hsize_t>& chunk,
                       const std::filesystem::path& path) {
  const hsize_t one = chunk_bytes(chosen, chunk);
  const hsize_t held = std::min(chunks_of_layer(chosen, chunk), most_cache_bytes / one);
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  // HDF5 advises about 100 slots a chunk; past some ten thousand the table itself costs.
  const hsize_t slots = std::clamp<hsize_t>(100 * held, 521, 100'003) | 1;
  H5Pset_chunk_cache(access, slots, std::max<hsize_t>(held * one, hsize_t{1} << 20), 1.0);
  chosen.dataset.close();
  chosen.dataset = hdf5::require_handle(H5Dopen2(file, chosen.name.c_str(), access), path,
                                        "open the dataset " + chosen.name);
}

class Hdf5Source final : public VolumeSource {
 public:
  Hdf5Source(ScanDescription description, std::filesystem::path path, Handle file,
             ChosenDataset chosen, std::vector<hsize_t> chunk, std::int64_t slab)
      : VolumeSource(std::move(description)),
        path_(std::move(path)),
        file_(std::move(file)),
        chosen_(std::move(chosen)),
        chunk_(std::move(chunk)),
        memory_type_(hdf5::memory_type(chosen_.dataset, type())),
        slab_(slab) {}

  std::int64_t preferred_slab() const override { return slab_; }

 private:
  void read_box(const Box& box, const AnyView& out) override;
  Handle file_space(const Box& box) const;

  std::filesystem::path path_;
  Handle file_;
  ChosenDataset chosen_;
  std::vector<hsize_t> chunk_;  // empty where the dataset is not chunked
  Handle memory_type_;
  std::int64_t slab_;
};

Handle Hdf5Source::file_space(const Box& box) const {
  Handle space(H5Dget_space(chosen_.dataset));
  std::vector<hsize_t> start(chosen_.extent.size(), 0);
  std::vector<hsize_t> count(chosen_.extent.size(), 1);
  std::vector<hsize_t> end(chosen_.extent.size(), 1);
  const auto begin = zyx_from_xyz(box.begin);
  const auto size = zyx_from_xyz(box.size());
  for (std::size_t k = 0; k < 3; ++k) {
    start[chosen_.axis_zyx[k]] = static_cast<hsize_t>(begin[k]);
    count[chosen_.axis_zyx[k]] = static_cast<hsize_t>(size[k]);
    end[chosen_.axis_zyx[k]] = static_cast<hsize_t>(begin[k] + size[k]);
  }
  if (!chunk_.empty()) {
    hdf5::check_plain_chunks(chosen_.dataset, chunk_, chunk_bytes(chosen_, chunk_), start, end,
                             chosen_.name, path_);
  }
  hdf5::require_ok(
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
      path_, "select voxels of " + chosen_.name);
  return space;
}

// The view's voxels inside the block of memory that its strides span.
Handle memory_space(const AnyView& out) {
  const std::array<hsize_t, 3> start{};
  std::array<hsize_t, 3> count{};
  const auto size = zyx_from_xyz(out.size());
  std::copy(size.begin(), size.end(), count.begin());
  const std::int64_t rows = out.size().z > 1 ? out.slice_stride() / out.row_stride() : out.size().y;
  const std::array<hsize_t, 3> block{count[0], static_cast<hsize_t>(rows),
                                     static_cast<hsize_t>(out.row_stride())};
  Handle space(H5Screate_simple(3, block.data(), nullptr));
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  return space;
}

void Hdf5Source::read_box(const Box& box, const AnyView& out) {
  if (out.slice_stride() % out.row_stride() != 0 && out.size().z > 1) {
    for (std::int64_t z = 0; z < out.size().z; ++z) {
      const Box slice{{box.begin.x, box.begin.y, box.begin.z + z},
                      {box.end.x, box.end.y, box.begin.z + z + 1}};
      read_box(slice, out.part(slab(out.size(), z, z + 1)));
    }
    return;
  }
  const Handle file = file_space(box);
  const Handle memory = memory_space(out);
  hdf5::quiet();
  if (H5Dread(chosen_.dataset, memory_type_, memory, file, H5P_DEFAULT, out.data()) < 0) {
    throw format_error(path_, "slices " + std::to_string(box.begin.z) + " to " +
                                  std::to_string(box.end.z - 1) + " of " + chosen_.name +
                                  " can't be read (" + hdf5::last_error() +
                                  "); the file is damaged or cut short");
  }
}

void note_storage(const ChosenDataset& chosen, const std::vector<hsize_t>& chunk,
                  std::vector<std::string>& notices) {
  const Handle creation(H5Dget_create_plist(chosen.dataset));
  if (H5Pget_layout(creation) != H5D_VIRTUAL && H5Dget_storage_size(chosen.dataset) == 0) {
    notices.push_back("no voxel of the dataset " + chosen.name +
                      " was ever written; all have its fill value");
  }
  const hsize_t bytes = chunk.empty() ? 0 : chunk_bytes(chosen, chunk);
  if (bytes > large_chunk_bytes) {
    notices.push_back(
        "the chunks of " + chosen.name + " are " + format_bytes(static_cast<double>(bytes)) +
        " each and are decoded whole: much memory; h5repack -l CHUNK=64x64x64 mends it");
  }
}

// The chunks' depth, or what of it fits a slab of reasonable size where the chunks are columns.
std::int64_t slab_depth(const ChosenDataset& chosen, const std::vector<hsize_t>& chunk) {
  if (chunk.empty()) {
    return 1;
  }
  const Size3 size = chosen.size();
  const auto slice_bytes = size.x * size.y * static_cast<std::int64_t>(bytes_of(chosen.type));
  const auto depth = static_cast<std::int64_t>(chunk[chosen.axis_zyx[0]]);
  return std::clamp<std::int64_t>(depth, 1,
                                  std::max<std::int64_t>(1, most_slab_bytes / slice_bytes));
}

ScanDescription describe(const ChosenDataset& chosen, const std::vector<hsize_t>& chunk,
                         const std::filesystem::path& path) {
  ScanDescription description;
  description.grid.size = chosen.size();
  description.type = chosen.type;
  description.format = "HDF5 " + chosen.name;
  description.files = hdf5::files_of(chosen.dataset, chosen.name, path);
  description.notices = chosen.notices;
  description.projections = chosen.projections;
  note_storage(chosen, chunk, description.notices);
  return description;
}

}  // namespace

Container open_hdf5(const std::filesystem::path& path, const OpenOptions& options,
                    Progress& progress) {
  progress.check();
  Handle file = hdf5::open_file(path);
  ChosenDataset chosen = hdf5::choose_dataset(file, path, options.dataset);
  hdf5::check_filters(chosen.dataset, chosen.name, path);
  const std::vector<hsize_t> chunk = chunk_of(chosen, path);
  ScanDescription description = describe(chosen, chunk, path);
  Container container;
  container.spacing = hdf5::find_spacing(file, chosen);
  const std::int64_t slab = slab_depth(chosen, chunk);
  if (!chunk.empty()) {
    hdf5::check_first_chunk(chosen.dataset, chunk_bytes(chosen, chunk), chosen.name, path);
    reopen_with_cache(chosen, file, chunk, path);
  }
  container.source = std::make_unique<Hdf5Source>(std::move(description), path, std::move(file),
                                                  std::move(chosen), chunk, slab);
  return container;
}

}  // namespace fossilct
