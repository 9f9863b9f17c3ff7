// SPDX-License-Identifier: Apache-2.0
#include "base/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/error.h"

namespace fossilct {

// Without waiting: a pipe would hold the program until somebody writes into it; files never wait.
FileDescriptor::FileDescriptor(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) {
    throw file_errno_error(path, "can't open");
  }
}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void FileDescriptor::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                              offset + static_cast<std::int64_t>(done));
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      throw file_errno_error(path_, "can't read");
    }
    if (n == 0) {
      const std::int64_t expected = offset + static_cast<std::int64_t>(bytes.size());
      throw format_error(path_, "ends after " + std::to_string(size()) +
                                    " bytes; expected at least " + std::to_string(expected) +
                                    "; it was cut short: copy it again");
    }
    done += static_cast<std::size_t>(n);
  }
}

std::int64_t FileDescriptor::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    throw file_errno_error(path_, "can't tell the size");
  }
  return status.st_size;
}

}  // namespace fossilct
