// SPDX-License-Identifier: Apache-2.0
#include "io/byte_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace fossilct {

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

void ByteOutput::begin_gzip(int threads) {
  gzip_.emplace(threads, GzipPacker::Effort::fastest,
                [this](std::span<const std::byte> packed) { write_plain(packed); });
  gzip_->begin();
}

void ByteOutput::write(std::span<const std::byte> bytes) {
  if (gzip_) {
    gzip_->write(bytes);
  } else {
    write_plain(bytes);
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
  if (gzip_) {
    gzip_->finish();
  }
  // A network file system may report a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    throw file_errno_error(output_.path(), "can't write");
  }
  output_.commit();
}

}  // namespace fossilct
