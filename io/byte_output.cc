// SPDX-License-Identifier: Apache-2.0
#include "io/byte_output.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr int gzip_level = 1;
constexpr int gzip_window_bits = 15 + 16;  // zlib: 16 more asks for gzip's header and trailer
constexpr int gzip_memory_level = 9;

}  // namespace

class ByteOutput::Gzip {
 public:
  Gzip() : packed_(std::size_t{1} << 20) {
    if (deflateInit2(&stream_, gzip_level, Z_DEFLATED, gzip_window_bits, gzip_memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();  // the parameters are constants, so nothing else can fail
    }
  }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  // Hands what has been packed to `emit`; with Z_FINISH, all that is left.
  template <typename Emit>
  void pack(std::span<const std::byte> bytes, int flush, Emit&& emit) {
    // zlib counts input in 32 bits.
    constexpr std::size_t most = std::size_t{1} << 30;
    do {
      const auto piece = bytes.first(std::min(bytes.size(), most));
      bytes = bytes.subspan(piece.size());
      stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
      stream_.avail_in = static_cast<uInt>(piece.size());
      do {
        stream_.next_out = packed_.data();
        stream_.avail_out = static_cast<uInt>(packed_.size());
        deflate(&stream_, bytes.empty() ? flush : Z_NO_FLUSH);
        emit(std::as_bytes(std::span(packed_.data(), packed_.size() - stream_.avail_out)));
      } while (stream_.avail_out == 0);
    } while (!bytes.empty());
  }

 private:
  z_stream stream_{};
  std::vector<Bytef> packed_;
};

ByteOutput::ByteOutput(const std::filesystem::path& path, IfExists if_exists)
    : output_(path, AtomicKind::file, if_exists),
      descriptor_(::open(output_.temporary_path().c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw file_errno_error(path, "can't create");
  }
}

ByteOutput::~ByteOutput() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void ByteOutput::begin_gzip() { gzip_ = std::make_unique<Gzip>(); }

void ByteOutput::write(std::span<const std::byte> bytes) {
  if (gzip_ == nullptr) {
    write_plain(bytes);
  } else {
    gzip_->pack(bytes, Z_NO_FLUSH, [this](std::span<const std::byte> b) { write_plain(b); });
  }
}

void ByteOutput::write_plain(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      throw file_errno_error(output_.path(), "can't write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void ByteOutput::finish() {
  if (gzip_ != nullptr) {
    gzip_->pack({}, Z_FINISH, [this](std::span<const std::byte> b) { write_plain(b); });
  }
  // A network file system may report a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    throw file_errno_error(output_.path(), "can't write");
  }
  output_.commit();
}

}  // namespace fossilct
