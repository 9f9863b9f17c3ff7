// SPDX-License-Identifier: Apache-2.0
#include "io/inflate_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/text.h"
#include "io/byte_order.h"

namespace fossilct {

namespace {

constexpr std::size_t input_bytes = 256 << 10;
constexpr std::size_t most_checkpoints = 64;
constexpr std::int64_t first_interval = 4 << 20;
// gzip or zlib, told by the first bytes; windows up to the largest.
constexpr int window_bits = 15 + 32;
constexpr double most_shrunk = 1032;

// A decompressor where it stood once. zlib's state points back to its z_stream: neither may move.
struct Checkpoint {
  Checkpoint() = default;
  ~Checkpoint() { inflateEnd(&stream); }
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;
  z_stream stream{};
  std::int64_t input_position = 0;  // of the next byte it wants, in the file
  std::int64_t output_position = 0;
};

}  // namespace

class InflateStream::Impl {
 public:
  Impl(const std::filesystem::path& path, std::int64_t file_offset)
      : file_(path), size_(file_.size()), input_(input_bytes) {
    now_ = std::make_unique<Checkpoint>();
    now_->input_position = file_offset;
    if (inflateInit2(&now_->stream, window_bits) != Z_OK) {
      throw Error(ErrorKind::device, path.string() + ": no memory to decompress");
    }
    keep();
  }

  const std::filesystem::path& path() const { return file_.path(); }

  std::size_t read_some(std::int64_t position, std::span<std::byte> bytes) {
    if (position < now_->output_position) {
      go_back(position);
    }
    std::array<std::byte, 64 << 10> skipped;
    while (now_->output_position < position) {
      const std::int64_t left = position - now_->output_position;
      const std::size_t wanted =
          std::min<std::size_t>(skipped.size(), static_cast<std::size_t>(left));
      if (produce({skipped.data(), wanted}) < wanted) {
        return 0;
      }
    }
    return produce(bytes);
  }

  // Goes on to the end, so that zlib comes to the checksum: damage may also make a stream longer.
  // Whether the file holds that end.
  bool passes_end() {
    std::array<std::byte, 64 << 10> behind;
    while (!ended_) {
      produce(behind);
    }
    return !cut_off_;
  }

  std::int64_t end() const { return now_->output_position; }

 private:
  // Inflates until `bytes` are full or the stream ends; how many there were.
  std::size_t produce(std::span<std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size() && !ended_) {
      const std::size_t piece = std::min<std::size_t>(bytes.size() - done, 1 << 20);
      const std::size_t got = step(bytes.subspan(done, piece));
      done += got;
      now_->output_position += static_cast<std::int64_t>(got);
      keep_if_due();
    }
    return done;
  }

  std::size_t step(std::span<std::byte> bytes) {
    z_stream& stream = now_->stream;
    if (stream.avail_in == 0) {
      fill();
    }
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    const uInt before = stream.avail_in;
    const int code = inflate(&stream, Z_NO_FLUSH);
    now_->input_position += before - stream.avail_in;
    const std::size_t got = bytes.size() - stream.avail_out;
    if (code == Z_STREAM_END) {
      begin_next_member();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw format_error(path(), std::string("its compressed data are damaged near byte ") +
                                     format_count(now_->input_position) + " (" +
                                     (stream.msg != nullptr ? stream.msg : "zlib") +
                                     "); copy the file again");
    } else if (got == 0 && before == 0) {
      ended_ = true;  // the file ended inside the stream
      cut_off_ = true;
    }
    return got;
  }

  void fill() {
    const std::int64_t left = std::max<std::int64_t>(0, size_ - now_->input_position);
    const std::size_t count = std::min<std::size_t>(input_.size(), static_cast<std::size_t>(left));
    file_.read_at(now_->input_position, {input_.data(), count});
    now_->stream.next_in = reinterpret_cast<Bytef*>(input_.data());
    now_->stream.avail_in = static_cast<uInt>(count);
  }

  // gzip files may be glued together, as pigz and bgzip do; anything else after the end is left.
  void begin_next_member() {
    std::array<std::byte, 2> magic{};
    ended_ = true;
    if (size_ - now_->input_position >= 2) {
      file_.read_at(now_->input_position, magic);
      ended_ = magic != std::array{std::byte{0x1f}, std::byte{0x8b}};
    }
    if (!ended_) {
      inflateReset2(&now_->stream, window_bits);
    }
  }

  void keep_if_due() {
    if (!ended_ && now_->output_position >= kept_.back()->output_position + interval_) {
      keep();
    }
  }

  void keep() {
    if (kept_.size() == most_checkpoints) {
      // Every second one goes; what is between two of them doubles.
      std::size_t n = 0;
      std::erase_if(kept_, [&n](const auto&) { return n++ % 2 == 1; });
      interval_ *= 2;
    }
    auto copy = std::make_unique<Checkpoint>();
    if (inflateCopy(&copy->stream, &now_->stream) == Z_OK) {
      copy->input_position = now_->input_position;
      copy->output_position = now_->output_position;
      kept_.push_back(std::move(copy));
    }
  }

  void go_back(std::int64_t position) {
    const auto after = std::upper_bound(
        kept_.begin(), kept_.end(), position,
        [](std::int64_t at, const auto& checkpoint) { return at < checkpoint->output_position; });
    const Checkpoint& from = **std::prev(after);
    auto copy = std::make_unique<Checkpoint>();
    if (inflateCopy(&copy->stream, const_cast<z_stream*>(&from.stream)) != Z_OK) {
      throw Error(ErrorKind::device, path().string() + ": no memory to decompress");
    }
    copy->stream.avail_in = 0;
    copy->input_position = from.input_position;
    copy->output_position = from.output_position;
    now_ = std::move(copy);
    ended_ = false;
    cut_off_ = false;
  }

  FileDescriptor file_;
  std::int64_t size_;
  std::vector<std::byte> input_;
  std::unique_ptr<Checkpoint> now_;
  std::vector<std::unique_ptr<Checkpoint>> kept_;  // by ascending position, the first at 0
  std::int64_t interval_ = first_interval;
  bool ended_ = false;
  bool cut_off_ = false;
};

InflateStream::InflateStream(const std::filesystem::path& path, std::int64_t file_offset)
    : impl_(std::make_unique<Impl>(path, file_offset)) {}
InflateStream::~InflateStream() = default;
InflateStream::InflateStream(InflateStream&&) noexcept = default;

std::size_t InflateStream::read_some(std::int64_t position, std::span<std::byte> bytes) {
  return impl_->read_some(position, bytes);
}

void InflateStream::read_at(std::int64_t position, std::span<std::byte> bytes) {
  if (impl_->read_some(position, bytes) < bytes.size()) {
    throw format_error(impl_->path(),
                       "its compressed data end after " + format_count(impl_->end()) +
                           " bytes; expected at least " +
                           format_count(position + static_cast<std::int64_t>(bytes.size())) +
                           "; the file is cut off, or its header is wrong");
  }
}

void InflateStream::check_end() {
  if (!impl_->passes_end()) {
    throw format_error(impl_->path(),
                       "ends before the checksum of its compressed data; the file is cut off");
  }
}

namespace {

class InflatedVoxelSource : public VolumeSource {
 public:
  InflatedVoxelSource(const std::filesystem::path& path, std::int64_t file_offset,
                      const RawLayout& layout, ScanDescription description)
      : VolumeSource(std::move(description)), stream_(path, file_offset), layout_(layout) {}

 private:
  void read_box(const Box& box, const AnyView& out) override {
    const Size3& size = layout_.size;
    const Size3 count = box.size();
    const auto voxel = static_cast<std::int64_t>(bytes_of(layout_.type));
    // Runs that are whole both in the stream and in `out`: the box, its slices, or its rows.
    const bool rows = count.x == size.x && out.row_stride() == size.x;
    const bool slices = rows && count.y == size.y && out.contiguous();
    const std::int64_t slices_at_once = slices ? count.z : 1;
    const std::int64_t rows_at_once = rows ? count.y : 1;
    for (std::int64_t z = 0; z < count.z; z += slices_at_once) {
      for (std::int64_t y = 0; y < count.y; y += rows_at_once) {
        const std::int64_t from =
            layout_.offset +
            (((box.begin.z + z) * size.y + box.begin.y + y) * size.x + box.begin.x) * voxel;
        stream_.read_at(
            from, {out.row(y, z),
                   static_cast<std::size_t>(slices_at_once * rows_at_once * count.x * voxel)});
      }
    }
    if (box.end.x == size.x && box.end.y == size.y && box.end.z == size.z) {
      stream_.check_end();
    }
    if (layout_.big_endian) {
      for (std::int64_t z = 0; z < count.z; ++z) {
        for (std::int64_t y = 0; y < count.y; ++y) {
          swap_bytes(out.row(y, z), static_cast<std::size_t>(count.x),
                     static_cast<std::size_t>(voxel));
        }
      }
    }
  }

  InflateStream stream_;
  RawLayout layout_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_inflated_voxels(const std::filesystem::path& path,
                                                   std::int64_t file_offset,
                                                   const RawLayout& layout,
                                                   ScanDescription description) {
  const Size3& size = layout.size;
  const double needed = static_cast<double>(size.x) * static_cast<double>(size.y) *
                            static_cast<double>(size.z) *
                            static_cast<double>(bytes_of(layout.type)) +
                        static_cast<double>(layout.offset);
  const std::int64_t present = FileDescriptor(path).size() - file_offset;
  if (size.x < 1 || size.y < 1 || size.z < 1 || layout.offset < 0 || file_offset < 0 ||
      needed > most_shrunk * static_cast<double>(present)) {
    throw format_error(path, "has " + format_count(std::max<std::int64_t>(0, present)) +
                                 " compressed bytes, which can't hold the " +
                                 std::to_string(size.x) + " x " + std::to_string(size.y) + " x " +
                                 std::to_string(size.z) + " voxels of " +
                                 std::string(name_of(layout.type)) + " from byte " +
                                 std::to_string(layout.offset) +
                                 " on that its header states; the file is cut off, or its header "
                                 "is wrong");
  }
  description.grid.size = size;
  description.type = layout.type;
  return std::make_unique<InflatedVoxelSource>(path, file_offset, layout, std::move(description));
}

}  // namespace fossilct
