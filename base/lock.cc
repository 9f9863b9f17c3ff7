// SPDX-License-Identifier: Apache-2.0
#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace {

std::string holder_line(std::string_view purpose) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::array<char, 32> time{};
  std::tm broken_down{};
  ::gmtime_r(&now, &broken_down);
  std::strftime(time.data(), time.size(), "%Y-%m-%d %H:%M:%S UTC", &broken_down);
  return std::string(purpose) + ", process " + std::to_string(::getpid()) + " on " + host.data() +
         " since " + time.data();
}

std::string read_holder(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t n = ::pread(descriptor, text.data(), text.size(), 0);
  return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : "another process";
}

bool still_names(const std::filesystem::path& path, int descriptor) {
  struct stat on_disk {};
  struct stat held {};
  return ::stat(path.c_str(), &on_disk) == 0 && ::fstat(descriptor, &held) == 0 &&
         on_disk.st_ino == held.st_ino && on_disk.st_dev == held.st_dev;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, std::string_view purpose) : path_(path) {
  for (;;) {
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) {
      throw file_errno_error(path, "can't create the lock file");
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) {
        const Error error = file_errno_error(path, "can't lock");
        ::close(descriptor_);
        throw error;
      }
      const std::string holder = read_holder(descriptor_);
      ::close(descriptor_);
      throw file_error(path, "in use by " + holder + "; wait for it to end, or stop it");
    }
    if (still_names(path, descriptor_)) {
      break;
    }
    ::close(descriptor_);  // its last owner unlinked it between our open and our flock
  }
  const std::string line = holder_line(purpose);
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, line.data(), line.size(), 0) < 0) {
    const Error error = file_errno_error(path, "can't write the lock file");
    ::close(descriptor_);
    throw error;
  }
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

namespace {

// Lines of /proc/locks: "1: FLOCK  ADVISORY  WRITE 4711 fe:01:1234567 0 EOF".
bool is_locked(ino_t inode) {
  std::ifstream locks("/proc/locks");
  const std::string ending = ":" + std::to_string(inode);
  std::string line;
  while (std::getline(locks, line)) {
    const bool flocked = line.find(" FLOCK ") != std::string::npos;
    const std::size_t at = line.find(ending + " ");
    if (flocked && at != std::string::npos && line.find(" WRITE ") < at) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<LockHolder> lock_holder(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::nullopt;
  }
  struct stat held {};
  const bool locked = ::fstat(descriptor, &held) == 0 && is_locked(held.st_ino);
  LockHolder holder{locked ? read_holder(descriptor) : "", 0};
  ::close(descriptor);
  const std::size_t at = holder.text.find("process ");
  if (at != std::string::npos) {
    holder.process = std::strtoll(holder.text.c_str() + at + 8, nullptr, 10);
  }
  return locked ? std::optional(holder) : std::nullopt;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) {
    ::unlink(path_.c_str());
    ::close(descriptor_);
  }
}

}  // namespace fossilct
