// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <deque>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/threads.h"
#include "base/version.h"
#include "io/chunked_dataset.h"
#include "io/hdf5_handle.h"
#include "io/volume_file.h"
#include "io/volume_file_layout.h"
#include "volumes/reduce.h"
#include "volumes/statistics.h"

namespace fossilct {

namespace fs = std::filesystem;
using namespace volume_file;

namespace {

hdf5::Handle create_hdf5_file(const fs::path& path) {
  hdf5::quiet();
  const hdf5::Handle access(H5Pcreate(H5P_FILE_ACCESS));
  // The format of HDF5 1.8, which every reader knows, and which holds attributes over 64 KB.
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
  // AtomicOutput holds the lock of this temporary file already.
  H5Pset_file_locking(access, false, true);
  return hdf5::require_handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), path,
                              "create the HDF5 file");
}

std::vector<double> zyx(const Vector3& v) { return {v.z, v.y, v.x}; }

void write_vtk_header(const hdf5::Handle& group, const Grid& grid, const std::string& array) {
  const Vector3& s = grid.spacing_um;
  const Vector3& o = grid.origin_um;
  hdf5::write_attribute(group, "Version", std::vector<std::int64_t>{1, 0});
  hdf5::write_attribute(group, "Type", "ImageData");
  hdf5::write_attribute(
      group, "WholeExtent",
      std::vector<std::int64_t>{0, grid.size.x - 1, 0, grid.size.y - 1, 0, grid.size.z - 1});
  hdf5::write_attribute(group, "Spacing", std::vector<double>{s.x, s.y, s.z});
  hdf5::write_attribute(group, "Origin", std::vector<double>{o.x, o.y, o.z});
  hdf5::write_attribute(group, "Direction",
                        std::vector<double>(grid.direction.begin(), grid.direction.end()));
  const hdf5::Handle point_data(H5Gopen2(group, "PointData", H5P_DEFAULT));
  hdf5::write_attribute(point_data, "Scalars", array);
}

void describe_dataset(const hdf5::Handle& dataset, const Grid& grid, VolumeKind kind) {
  hdf5::write_attribute(dataset, element_size_attribute, zyx(grid.spacing_um));
  hdf5::write_attribute(dataset, unit_attribute, grid.unit());
  hdf5::write_attribute(dataset, axis_order_attribute, "zyx");
  hdf5::write_attribute(dataset, kind_attribute,
                        kind == VolumeKind::labels ? "labels" : "intensity");
}

std::int64_t level_count(Size3 size, bool levels) {
  std::int64_t count = 1;
  while (levels && std::max({size.x, size.y, size.z}) > smallest_level) {
    size = reduced_by_two(size);
    ++count;
  }
  return count;
}

std::string default_array_name(VolumeKind kind) {
  return kind == VolumeKind::labels ? "labels" : "intensity";
}

// The first number, where the others follow at slice_step.
std::optional<std::int64_t> first_of_even_numbers(const VolumeFileOptions& options) {
  const std::vector<std::int64_t>& numbers = options.slice_numbers;
  for (std::size_t z = 1; z < numbers.size(); ++z) {
    if (numbers[z] - numbers[z - 1] != options.slice_step) {
      return std::nullopt;
    }
  }
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

}  // namespace

class VolumeFileSink::Impl {
 public:
  Impl(const fs::path& path, const Grid& grid, PixelType type, const VolumeFileOptions& options);

  void take(const AnyConstView& slab);
  void finish();
  std::int64_t chunk_depth() const { return levels_.front().data.chunks().chunk.z; }

  Json provenance;
  std::string source_manifest;
  std::optional<VolumeStatistics> result;

 private:
  struct Level {
    template <typename... Args>
    explicit Level(const Grid& g, Args&&... args) : grid(g), data(std::forward<Args>(args)...) {}
    Grid grid;
    ChunkedDatasetWriter data;
    AnyVolume half;  // of a row of chunks, on its way to the next level; kept from row to row
  };

  void add_level(const Grid& grid, PixelType type, const std::string& hdf5_path);
  void count(const AnyConstView& slab);
  void reduce_into_next(std::size_t level, const AnyConstView& slab);
  void write_metadata();
  void write_manifest();
  void start_writeback() const;

  VolumeFileOptions options_;
  std::string array_;
  AtomicOutput output_;
  hdf5::Handle file_;
  std::deque<Level> levels_;
  std::deque<StatisticsAccumulator> counters_;
};

VolumeFileSink::Impl::Impl(const fs::path& path, const Grid& grid, PixelType type,
                           const VolumeFileOptions& options)
    : options_(options),
      array_(options.array_name.empty() ? default_array_name(options.kind) : options.array_name),
      output_(path, AtomicKind::file, options.if_exists),
      file_(create_hdf5_file(output_.temporary_path())) {
  Grid level_grid = grid;
  const std::int64_t count = level_count(grid.size, options.levels);
  for (std::int64_t k = 0; k < count; ++k) {
    add_level(level_grid, type,
              k == 0 ? std::string(point_data_group) + "/" + array_ : level_path(k));
    level_grid = reduced(level_grid, 2);
  }
  for (int i = 0; i < std::max(1, options.threads); ++i) {
    counters_.emplace_back(type);
  }
}

void VolumeFileSink::Impl::add_level(const Grid& grid, PixelType type,
                                     const std::string& hdf5_path) {
  const std::size_t level = levels_.size();
  const ChunkedDatasetWriter::Options options{
      options_.compression == Compression::deflate || options_.kind == VolumeKind::labels,
      options_.deflate_level, options_.threads};
  levels_.emplace_back(grid, file_, output_.path(), hdf5_path, grid.size, type, options,
                       [this, level](const AnyConstView& slab) { reduce_into_next(level, slab); });
}

void VolumeFileSink::Impl::take(const AnyConstView& slab) {
  count(slab);
  levels_.front().data.append(slab);
  start_writeback();
}

void VolumeFileSink::Impl::count(const AnyConstView& slab) {
  const auto parts = static_cast<std::int64_t>(counters_.size());
  const std::int64_t depth = slab.size().z;
  parallel_for(parts, options_.threads, [&](std::int64_t part) {
    const Box box = fossilct::slab(slab.size(), depth * part / parts, depth * (part + 1) / parts);
    if (!box.empty()) {
      counters_[static_cast<std::size_t>(part)].add(slab.part(box));
    }
  });
}

// `slab` is a whole row of chunks of `level`, so that pairs of slices never span two of them (a
// chunk's depth is even, or the volume is one chunk deep).
void VolumeFileSink::Impl::reduce_into_next(std::size_t level, const AnyConstView& slab) {
  if (level + 1 >= levels_.size()) {
    return;
  }
  ChunkedDatasetWriter& next = levels_[level + 1].data;
  Size3 size = reduced_by_two(slab.size());
  size.z = std::min(size.z, next.chunks().volume.z - next.slices_taken());
  if (size.z == 0) {
    return;  // the odd last slice
  }
  AnyVolume& half = levels_[level].half;
  if (half.size() != size) {
    half = AnyVolume(slab.type(), size);
  }
  const std::int64_t parts = std::min<std::int64_t>(options_.threads * 4, size.z);
  const std::int64_t pair = slab.size().z > 1 ? 2 : 1;
  parallel_for(parts, options_.threads, [&](std::int64_t part) {
    const std::int64_t begin = size.z * part / parts;
    const std::int64_t end = size.z * (part + 1) / parts;
    reduce_by_two(slab.part(fossilct::slab(slab.size(), begin * pair, end * pair)), options_.kind,
                  half.view().part(fossilct::slab(size, begin, end)));
  });
  next.append(std::as_const(half).view());
}

// Lets the disk work while we compute, instead of in one long fsync at the end.
void VolumeFileSink::Impl::start_writeback() const {
  const int descriptor = ::open(output_.temporary_path().c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    ::close(descriptor);
  }
}

void VolumeFileSink::Impl::write_metadata() {
  const Level& full = levels_.front();
  hdf5::write_attribute(file_, schema_attribute, std::vector<std::int64_t>{schema});
  hdf5::write_attribute(file_, version_attribute, version());
  const std::string provenance_text = json_text(provenance);
  const std::string statistics = json_text(to_json(*result));
  const std::string classes = options_.classes.empty() ? "" : json_text(to_json(options_.classes));
  hdf5::write_attribute(file_, provenance_attribute, provenance_text);
  const hdf5::Handle group(H5Gopen2(file_, vtk_group, H5P_DEFAULT));
  write_vtk_header(group, full.grid, array_);
  for (const Level& level : levels_) {
    describe_dataset(level.data.dataset(), level.grid, options_.kind);
  }
  const hdf5::Handle& data = full.data.dataset();
  hdf5::write_attribute(data, "minimum", std::vector<double>{result->minimum});
  hdf5::write_attribute(data, "maximum", std::vector<double>{result->maximum});
  hdf5::write_attribute(data, statistics_attribute, statistics);
  hdf5::write_attribute(data, slice_step_attribute, std::vector<std::int64_t>{options_.slice_step});
  if (const auto first = first_of_even_numbers(options_)) {
    hdf5::write_attribute(data, first_slice_attribute, std::vector<std::int64_t>{*first});
  }
  hdf5::write_attribute(data, projections_attribute,
                        std::vector<std::int64_t>{options_.projections ? 1 : 0});
  if (!classes.empty()) {
    hdf5::write_attribute(data, classes_attribute, classes);
  }
  hdf5::write_attribute(data, texts_digest_attribute,
                        digest_of_texts(provenance_text, statistics, classes));
  hdf5::require_ok(H5Lcreate_hard(data, ".", file_, data_link, H5P_DEFAULT, H5P_DEFAULT),
                   output_.path(), "link /data");
}

void VolumeFileSink::Impl::write_manifest() {
  if (source_manifest.empty()) {
    return;
  }
  const hdf5::Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, source_manifest.size());
  const hdf5::Handle space(H5Screate(H5S_SCALAR));
  const hdf5::Handle dataset = hdf5::require_handle(
      H5Dcreate2(file_, manifest_dataset, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      output_.path(), "create the source manifest");
  hdf5::require_ok(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, source_manifest.data()),
                   output_.path(), "write the source manifest");
}

void VolumeFileSink::Impl::finish() {
  for (std::size_t i = 1; i < counters_.size(); ++i) {
    counters_.front().merge(counters_[i]);
  }
  result = counters_.front().result();
  write_metadata();
  write_manifest();
  hdf5::require_ok(H5Fflush(file_, H5F_SCOPE_GLOBAL), output_.path(), "write");
  levels_.clear();
  hdf5::require_ok(H5Fclose(file_.release()), output_.path(), "close");
  output_.commit();
}

VolumeFileSink::VolumeFileSink(const fs::path& path, const Grid& grid, PixelType type,
                               const VolumeFileOptions& options)
    : VolumeSink(grid, type) {
  check(grid);
  assert(options.kind == VolumeKind::intensity || is_label_type(type));
  impl_ = std::make_unique<Impl>(path, grid, type, options);
}
VolumeFileSink::~VolumeFileSink() = default;

std::int64_t VolumeFileSink::preferred_slab() const { return impl_->chunk_depth(); }

void VolumeFileSink::set_provenance(const Json& provenance, const std::string& source_manifest) {
  impl_->provenance = provenance;
  impl_->source_manifest = source_manifest;
}

const VolumeStatistics& VolumeFileSink::statistics() const {
  assert(impl_->result.has_value());
  return *impl_->result;
}

void VolumeFileSink::write_slab(std::int64_t /*z_begin*/, const AnyConstView& slab) {
  impl_->take(slab);
}

void VolumeFileSink::finish_output() { impl_->finish(); }

}  // namespace fossilct
