// SPDX-License-Identifier: Apache-2.0
#include "io/raw_voxels.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/byte_order.h"

namespace fossilct {

namespace {

// Skipping fewer bytes than this between rows costs more in system calls than reading them.
constexpr std::int64_t worth_skipping = 16 << 10;
// Rows are gathered through a buffer of about this size.
constexpr std::int64_t buffer_bytes = 1 << 20;

const std::filesystem::path& checked(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    throw file_error(path, "is no plain file");
  }
  return path;
}

class RawVoxelSource : public VolumeSource {
 public:
  RawVoxelSource(const std::filesystem::path& path, const RawLayout& layout,
                 ScanDescription description)
      : VolumeSource(std::move(description)),
        file_(checked(path)),
        offset_(layout.offset),
        swaps_(layout.big_endian && bytes_of(layout.type) > 1),
        voxel_bytes_(static_cast<std::int64_t>(bytes_of(layout.type))) {
    check_length(layout);
  }

 private:
  void check_length(const RawLayout& layout) const {
    const Size3& size = layout.size;
    if (size.x < 1 || size.y < 1 || size.z < 1 || layout.offset < 0) {
      throw format_error(file_.path(), "its header gives " + size_text(size) +
                                           " voxels from byte " + std::to_string(layout.offset) +
                                           " on; expected at least 1 voxel along each axis, and "
                                           "no negative offset");
    }
    const std::int64_t present = file_.size();
    std::int64_t needed = 0;
    if (__builtin_mul_overflow(size.x, size.y, &needed) ||
        __builtin_mul_overflow(needed, size.z, &needed) ||
        __builtin_mul_overflow(needed, voxel_bytes_, &needed) ||
        __builtin_add_overflow(needed, layout.offset, &needed) || needed > present) {
      throw too_short(layout, present);
    }
  }

  Error too_short(const RawLayout& layout, std::int64_t present) const {
    const double needed = static_cast<double>(layout.size.x) * static_cast<double>(layout.size.y) *
                              static_cast<double>(layout.size.z) *
                              static_cast<double>(voxel_bytes_) +
                          static_cast<double>(layout.offset);
    const std::string needed_text = needed < 9e15
                                        ? format_count(static_cast<std::int64_t>(needed)) + " bytes"
                                        : format_bytes(needed);
    return format_error(file_.path(),
                        "has " + format_count(present) + " bytes, but " + size_text(layout.size) +
                            " voxels of " + std::string(name_of(layout.type)) + " from byte " +
                            std::to_string(layout.offset) + " on take " + needed_text +
                            "; the file is cut off, or its header or layout is wrong");
  }

  static std::string size_text(const Size3& size) {
    return std::to_string(size.x) + " x " + std::to_string(size.y) + " x " + std::to_string(size.z);
  }

  void read(std::int64_t from, std::byte* to, std::int64_t count) const {
    file_.read_at(from, {to, static_cast<std::size_t>(count)});
  }

  std::int64_t position(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Size3& size = grid().size;
    return offset_ + ((z * size.y + y) * size.x + x) * voxel_bytes_;
  }

  void read_box(const Box& box, const AnyView& out) override {
    const Size3& size = grid().size;
    const bool whole_rows = box.size().x == size.x && out.row_stride() == size.x;
    const bool whole_slices = whole_rows && box.size().y == size.y && out.contiguous();
    if (whole_slices) {
      read_run(box, 0, box.size().z, out);
    } else {
      for (std::int64_t z = 0; z < box.size().z; ++z) {
        if (whole_rows) {
          read_run(box, z, 1, out);
        } else {
          read_rows(box, z, out);
        }
      }
    }
    if (swaps_) {
      swap(out);
    }
  }

  // Rows of the box that follow each other in the file and in `out`: slices [z, z + count).
  void read_run(const Box& box, std::int64_t z, std::int64_t count, const AnyView& out) const {
    read(position(0, box.begin.y, box.begin.z + z), out.row(0, z),
         count * box.size().y * box.size().x * voxel_bytes_);
  }

  void read_rows(const Box& box, std::int64_t z, const AnyView& out) const {
    const Size3 size = box.size();
    const std::int64_t row_pitch = grid().size.x * voxel_bytes_;
    const auto row_bytes = static_cast<std::int64_t>(out.row_bytes());
    const bool gathers = row_pitch - row_bytes <= worth_skipping;
    const std::int64_t rows_at_once =
        gathers ? std::clamp<std::int64_t>(buffer_bytes / row_pitch, 1, size.y) : 1;
    std::vector<std::byte> buffer(
        static_cast<std::size_t>(rows_at_once > 1 ? rows_at_once * row_pitch : 0));
    for (std::int64_t y = 0; y < size.y; y += rows_at_once) {
      const std::int64_t rows = std::min(rows_at_once, size.y - y);
      const std::int64_t from = position(box.begin.x, box.begin.y + y, box.begin.z + z);
      if (rows == 1) {
        read(from, out.row(y, z), row_bytes);
        continue;
      }
      read(from, buffer.data(), (rows - 1) * row_pitch + row_bytes);
      for (std::int64_t row = 0; row < rows; ++row) {
        std::memcpy(out.row(y + row, z), buffer.data() + row * row_pitch, out.row_bytes());
      }
    }
  }

  void swap(const AnyView& out) const {
    const auto width = static_cast<std::size_t>(out.size().x);
    for (std::int64_t z = 0; z < out.size().z; ++z) {
      for (std::int64_t y = 0; y < out.size().y; ++y) {
        swap_bytes(out.row(y, z), width, static_cast<std::size_t>(voxel_bytes_));
      }
    }
  }

  FileDescriptor file_;
  std::int64_t offset_;
  bool swaps_;
  std::int64_t voxel_bytes_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_raw_voxels(const std::filesystem::path& path,
                                              const RawLayout& layout,
                                              ScanDescription description) {
  description.grid.size = layout.size;
  description.type = layout.type;
  return std::make_unique<RawVoxelSource>(path, layout, std::move(description));
}

}  // namespace fossilct
