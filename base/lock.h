// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace fossilct {

// An advisory lock (flock) on a file that stays while this object lives. The kernel drops it when
// the process dies, however it dies, so a lock never outlives its owner. Who holds it (process id,
// host, purpose, time) is written into the file and named to whoever comes second.
class FileLock {
 public:
  // Creates the file if needed. Throws Error{file} naming the holder when it is taken, or the
  // system's reason when the file can't be made.
  FileLock(const std::filesystem::path& path, std::string_view purpose);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  int descriptor_ = -1;
  std::filesystem::path path_;
};

}  // namespace fossilct
