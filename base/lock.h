// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
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

  // A process that has it too holds the lock, after this object as well.
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
  std::filesystem::path path_;
};

// Who holds the lock on a file now, without trying to take it: what its process wrote when it took
// it, and its id. Nothing where nobody does, or where this system does not tell (/proc/locks).
struct LockHolder {
  std::string text;          // "run of a job, process 17 on host since ..."
  std::int64_t process = 0;  // may have died, where one that it started holds the lock still
};
std::optional<LockHolder> lock_holder(const std::filesystem::path& path);

}  // namespace fossilct
