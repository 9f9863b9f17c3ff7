// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "base/threads.h"
#include "io/chunk_codec.h"
#include "io/chunk_grid.h"
#include "io/hdf5_handle.h"
#include "io/volume_file.h"
#include "io/volume_file_layout.h"

namespace fossilct {

namespace fs = std::filesystem;
using namespace volume_file;

namespace {

// Where the bytes of a chunk lie in the file; length 0 = not looked up yet.
struct ChunkPlace {
  std::int64_t offset = 0;
  std::int64_t length = 0;
  bool encoded = false;
  bool checked = false;  // a checksum lies behind its bytes
};

Error damaged(const fs::path& path, const std::string& what) {
  return format_error(path, what + "; the volume file is damaged: import the scan again");
}

hdf5::Handle open_level(hid_t file, const fs::path& path, std::int64_t level) {
  const std::string name = level_path(level);
  if (level > 0 && H5Lexists(file, levels_group, H5P_DEFAULT) <= 0) {
    throw format_error(path, "has no level " + std::to_string(level) + ", only level 0");
  }
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) {
    throw damaged(path, "the dataset " + name + " is missing");
  }
  return hdf5::require_handle(H5Dopen2(file, name.c_str(), H5P_DEFAULT), path, "open " + name);
}

std::int64_t count_levels(hid_t file) {
  if (H5Lexists(file, levels_group, H5P_DEFAULT) <= 0) {
    return 1;
  }
  const hdf5::Handle group(H5Gopen2(file, levels_group, H5P_DEFAULT));
  H5G_info_t info{};
  H5Gget_info(group, &info);
  return 1 + static_cast<std::int64_t>(info.nlinks);
}

template <std::size_t n>
std::array<double, n> vtk_numbers(const hdf5::Handle& group, const fs::path& path,
                                  const char* name) {
  const auto values = hdf5::read_numbers(group, name);
  if (!values || values->size() != n) {
    throw damaged(path, std::string("the attribute /VTKHDF/") + name + " is missing or not of " +
                            std::to_string(n) + " numbers");
  }
  std::array<double, n> result{};
  std::copy(values->begin(), values->end(), result.begin());
  return result;
}

Size3 size_of(const hdf5::Handle& dataset, const fs::path& path) {
  const std::vector<hsize_t> extent = hdf5::extent_of(dataset);
  if (extent.size() != 3) {
    throw damaged(path, "/data has " + std::to_string(extent.size()) + " axes instead of 3");
  }
  for (const hsize_t n : extent) {
    if (n < 1 || n > (hsize_t{1} << 40)) {
      throw damaged(path, "/data has an axis of " + std::to_string(n) + " voxels");
    }
  }
  return xyz_from_zyx({static_cast<std::int64_t>(extent[0]), static_cast<std::int64_t>(extent[1]),
                       static_cast<std::int64_t>(extent[2])});
}

Grid read_grid(hid_t file, const hdf5::Handle& data, const fs::path& path) {
  const hdf5::Handle group =
      hdf5::require_handle(H5Gopen2(file, vtk_group, H5P_DEFAULT), path, "open the group /VTKHDF");
  const auto spacing = vtk_numbers<3>(group, path, "Spacing");
  const auto origin = vtk_numbers<3>(group, path, "Origin");
  Grid grid;
  grid.size = size_of(data, path);
  grid.spacing_um = {spacing[0], spacing[1], spacing[2]};
  grid.origin_um = {origin[0], origin[1], origin[2]};
  grid.direction = vtk_numbers<9>(group, path, "Direction");
  grid.spacing_known = hdf5::read_text(data, unit_attribute).value_or("um") != "voxel";
  try {
    check(grid);
  } catch (const Error&) {
    rethrow_with_context(path.string());
  }
  return grid;
}

Json parse_json(const std::optional<std::string>& text, const fs::path& path, const char* name) {
  if (!text || text->empty()) {
    return nullptr;
  }
  Json json = try_parse_json(*text);
  if (json.is_discarded()) {
    throw damaged(path, std::string("the attribute ") + name + " is not JSON");
  }
  return json;
}

void read_dataset_attributes(const hdf5::Handle& data, const fs::path& path,
                             ScanDescription& description) {
  const bool labels = hdf5::read_text(data, kind_attribute).value_or("") == "labels";
  description.kind = labels ? VolumeKind::labels : VolumeKind::intensity;
  const auto step = hdf5::read_numbers(data, slice_step_attribute);
  constexpr double most_step = 1e9;
  const bool plausible = step && (*step)[0] >= 1 && (*step)[0] <= most_step;
  description.slice_step = plausible ? static_cast<std::int64_t>((*step)[0]) : 1;
  const auto first = hdf5::read_numbers(data, first_slice_attribute);
  if (first && std::abs((*first)[0]) <= most_step * most_step) {
    const auto number = static_cast<std::int64_t>((*first)[0]);
    for (std::int64_t z = 0; z < description.grid.size.z; ++z) {
      description.slice_numbers.push_back(number + z * description.slice_step);
    }
  }
  const auto projections = hdf5::read_numbers(data, projections_attribute);
  description.projections = projections && (*projections)[0] != 0;
  const Json classes =
      parse_json(hdf5::read_text(data, classes_attribute), path, classes_attribute);
  const Json statistics =
      parse_json(hdf5::read_text(data, statistics_attribute), path, statistics_attribute);
  try {
    if (!classes.is_null()) {
      description.classes = label_classes_from_json(classes);
    }
    if (!statistics.is_null()) {
      description.statistics = statistics_from_json(statistics);
    }
  } catch (const Error&) {
    rethrow_with_context(path.string());
  }
}

void check_texts(hid_t file, const hdf5::Handle& data, const fs::path& path) {
  const auto text = [](hid_t object, const char* name) {
    return hdf5::read_text(object, name).value_or("");
  };
  const auto digest = hdf5::read_text(data, texts_digest_attribute);
  if (digest &&
      *digest != digest_of_texts(text(file, provenance_attribute), text(data, statistics_attribute),
                                 text(data, classes_attribute))) {
    throw damaged(path, "its provenance, statistics or classes are not what was written");
  }
}

ScanDescription describe(hid_t file, const hdf5::Handle& data, const fs::path& path) {
  ScanDescription description;
  const std::optional<PixelType> type = hdf5::pixel_type_of_dataset(data);
  if (!type) {
    throw damaged(path, "/data is not of a pixel type we write");
  }
  description.type = *type;
  check_texts(file, data, path);
  description.format = "volume file";
  description.files = {path};
  description.grid = read_grid(file, data, path);
  description.levels = count_levels(file);
  description.provenance =
      parse_json(hdf5::read_text(file, provenance_attribute), path, provenance_attribute);
  read_dataset_attributes(data, path, description);
  if (!description.grid.spacing_known) {
    description.notices.push_back("the voxel size is not known: all lengths are in voxels");
  }
  return description;
}

// The description of a lower resolution: its own grid, and nothing that was measured at the full
// one.
void descend(ScanDescription& description, std::int64_t level, const Size3& size,
             const fs::path& path) {
  for (std::int64_t k = 0; k < level; ++k) {
    description.grid = reduced(description.grid, 2);
  }
  if (description.grid.size != size) {
    throw damaged(path, "level " + std::to_string(level) +
                            " has another size than half of half ... of /data");
  }
  if (level > 0) {
    description.slice_numbers.clear();
    description.statistics.reset();
  }
}

bool is_little_endian_native(const hdf5::Handle& dataset, PixelType type) {
  const hdf5::Handle stored(H5Dget_type(dataset));
  return H5Tequal(stored, hdf5::native_type(type)) > 0;
}

// In the order in which they were applied.
std::vector<H5Z_filter_t> filters_of(hid_t creation) {
  std::vector<H5Z_filter_t> filters;
  for (int i = 0; i < H5Pget_nfilters(creation); ++i) {
    unsigned int flags = 0;
    std::size_t values = 0;
    filters.push_back(H5Pget_filter2(creation, static_cast<unsigned int>(i), &flags, &values,
                                     nullptr, 0, nullptr, nullptr));
  }
  return filters;
}

// Whether the four bytes behind the others are their checksum.
bool has_its_checksum(std::span<const std::byte> stored) {
  const std::size_t length = stored.size() - fletcher32_bytes;
  std::uint32_t sum = 0;
  for (std::size_t i = fletcher32_bytes; i-- > 0;) {
    sum = sum << 8 | std::to_integer<std::uint32_t>(stored[length + i]);
  }
  return fletcher32(stored.first(length)) == sum;
}

class VolumeFileSource : public VolumeSource {
 public:
  VolumeFileSource(ScanDescription description, fs::path path, hdf5::Handle file,
                   hdf5::Handle dataset, int threads)
      : VolumeSource(std::move(description)),
        path_(std::move(path)),
        file_(std::move(file)),
        dataset_(std::move(dataset)),
        bytes_(path_),
        threads_(threads) {
    read_layout();
    const std::int64_t count = voxel_count(chunks_.count());
    if (count > bytes_.size()) {
      throw damaged(path_, "it says that it has " + format_count(count) + " chunks in a file of " +
                               format_count(bytes_.size()) + " bytes");
    }
    places_.resize(static_cast<std::size_t>(count));
  }

  std::int64_t preferred_slab() const override { return chunks_.chunk.z; }

 private:
  struct Lane {
    ChunkCodec codec;
    std::vector<std::byte> stored;
    std::vector<std::byte> chunk;
  };

  void read_layout();
  void read_box(const Box& box, const AnyView& out) override;
  void read_chunk(const Index3& chunk, Lane& lane);
  ChunkPlace place_of(const Index3& chunk);

  fs::path path_;
  hdf5::Handle file_;
  hdf5::Handle dataset_;
  FileDescriptor bytes_;
  int threads_;
  ChunkGrid chunks_;
  unsigned int encoding_filters_ = 0;  // bits of a chunk's mask; 0: chunks are never deflated
  unsigned int checksum_filter_ = 0;   // 0: written before chunks had one
  std::mutex places_mutex_;
  std::vector<ChunkPlace> places_;
};

void VolumeFileSource::read_layout() {
  const hdf5::Handle creation(H5Dget_create_plist(dataset_));
  std::array<hsize_t, 3> chunk{};
  const bool chunked =
      H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, 3, chunk.data()) == 3;
  std::vector<H5Z_filter_t> filters = filters_of(creation);
  if (!filters.empty() && filters.back() == H5Z_FILTER_FLETCHER32) {
    filters.pop_back();
    checksum_filter_ = 1U << filters.size();
  }
  encoding_filters_ = (1U << filters.size()) - 1;
  const std::vector<H5Z_filter_t> expected =
      bytes_of(type()) > 1 ? std::vector<H5Z_filter_t>{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}
                           : std::vector<H5Z_filter_t>{H5Z_FILTER_DEFLATE};
  const bool ours = chunked && (filters.empty() || filters == expected) &&
                    is_little_endian_native(dataset_, type());
  if (!ours) {
    throw format_error(path_,
                       "was written again by another program, in another layout or compression; "
                       "import it with --dataset /data to make it a volume file again");
  }
  chunks_ = {grid().size,
             xyz_from_zyx({static_cast<std::int64_t>(chunk[0]), static_cast<std::int64_t>(chunk[1]),
                           static_cast<std::int64_t>(chunk[2])})};
  constexpr std::int64_t most = std::int64_t{1} << 30;  // voxels
  if (chunk[0] > most || chunk[1] > most || chunk[2] > most || voxel_count(chunks_.chunk) > most) {
    throw damaged(path_, "its chunks are larger than 2^30 voxels");
  }
}

ChunkPlace VolumeFileSource::place_of(const Index3& chunk) {
  const Size3 count = chunks_.count();
  const std::scoped_lock lock(places_mutex_);
  ChunkPlace& place =
      places_[static_cast<std::size_t>((chunk.z * count.y + chunk.y) * count.x + chunk.x)];
  if (place.length > 0) {
    return place;
  }
  hdf5::quiet();
  const Index3 corner = chunks_.box_of(chunk).begin;
  const std::array<hsize_t, 3> offset{static_cast<hsize_t>(corner.z),
                                      static_cast<hsize_t>(corner.y),
                                      static_cast<hsize_t>(corner.x)};
  unsigned int skipped_filters = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t length = 0;
  if (H5Dget_chunk_info_by_coord(dataset_, offset.data(), &skipped_filters, &address, &length) <
          0 ||
      address == HADDR_UNDEF || length == 0) {
    throw damaged(path_, "the chunk at x " + std::to_string(corner.x) + ", y " +
                             std::to_string(corner.y) + ", z " + std::to_string(corner.z) +
                             " is missing");
  }
  place = {static_cast<std::int64_t>(address), static_cast<std::int64_t>(length),
           encoding_filters_ != 0 && (skipped_filters & encoding_filters_) == 0,
           checksum_filter_ != 0 && (skipped_filters & checksum_filter_) == 0};
  return place;
}

void VolumeFileSource::read_chunk(const Index3& chunk, Lane& lane) {
  const ChunkPlace place = place_of(chunk);
  const auto length = static_cast<std::size_t>(place.length);
  const std::size_t behind = place.checked ? fletcher32_bytes : 0;
  const bool plausible = place.encoded ? length > behind && length <= 2 * lane.chunk.size() + 64
                                       : length == lane.chunk.size() + behind;
  if (!plausible) {
    throw damaged(path_, "a chunk is " + std::to_string(length) + " bytes long");
  }
  lane.stored.resize(length);
  bytes_.read_at(place.offset, lane.stored);
  if (place.checked && !has_its_checksum(lane.stored)) {
    throw damaged(path_, "the chunk at byte " + std::to_string(place.offset) +
                             " is not what was written: its checksum is another");
  }
  const auto content = std::span<const std::byte>(lane.stored).first(length - behind);
  if (!place.encoded) {
    std::copy(content.begin(), content.end(), lane.chunk.begin());
  } else if (!lane.codec.decode(content, lane.chunk)) {
    throw damaged(path_, "the compressed chunk at byte " + std::to_string(place.offset) +
                             " can't be decoded");
  }
}

void VolumeFileSource::read_box(const Box& box, const AnyView& out) {
  const Box touched = chunks_.chunks_of(box);
  const std::int64_t count = voxel_count(touched.size());
  const std::int64_t lanes = std::min<std::int64_t>(threads_, count);
  const std::size_t chunk_bytes =
      static_cast<std::size_t>(voxel_count(chunks_.chunk)) * bytes_of(type());
  parallel_for(lanes, threads_, [&](std::int64_t lane_number) {
    Lane lane{ChunkCodec(bytes_of(type()), 1), {}, std::vector<std::byte>(chunk_bytes)};
    for (std::int64_t i = lane_number; i < count; i += lanes) {
      const Index3 chunk = nth(touched, i);
      read_chunk(chunk, lane);
      const Box chunk_box = chunks_.box_of(chunk);
      const Box wanted = common(chunk_box, box);
      const AnyConstView decoded(lane.chunk.data(), type(), chunks_.chunk);
      copy_voxels(decoded.part(relative(wanted, chunk_box.begin)),
                  out.part(relative(wanted, box.begin)));
    }
  });
}

}  // namespace

bool is_volume_file(const fs::path& path) {
  hdf5::quiet();
  const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  return file.valid() && hdf5::read_numbers(file, schema_attribute).has_value();
}

std::unique_ptr<VolumeSource> open_volume_file(const fs::path& path, std::int64_t level,
                                               int threads) {
  hdf5::Handle file = hdf5::open_file(path);
  const auto found = hdf5::read_numbers(file, schema_attribute);
  if (!found || (*found)[0] > static_cast<double>(schema)) {
    throw format_error(path, "is a volume file of a newer fossilct; expected schema " +
                                 std::to_string(schema) + " or older; update the program");
  }
  hdf5::Handle data = open_level(file, path, 0);
  ScanDescription description = describe(file, data, path);
  if (level < 0 || level >= description.levels) {
    throw option_error("--level", std::to_string(level) + " is not in " + path.string() +
                                      "; it holds the levels 0 to " +
                                      std::to_string(description.levels - 1));
  }
  hdf5::Handle dataset = level == 0 ? std::move(data) : open_level(file, path, level);
  descend(description, level, size_of(dataset, path), path);
  return std::make_unique<VolumeFileSource>(std::move(description), path, std::move(file),
                                            std::move(dataset), threads);
}

}  // namespace fossilct
