// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "base/json.h"

namespace fossilct {

// What a long job has finished, as lines of JSON appended one at a time and flushed to the disk, so
// that after a crash all but the line being written is there. Each line carries the SHA-256 of its
// entry (the first 16 digits); a torn last line is dropped on opening, a damaged line before the
// last is an error, since work would be silently repeated or lost.
class Journal {
 public:
  // Opens or creates; `replay` is called for each whole entry in the file, in order. Throws
  // Error{file} where it can't be opened, Error{format} where it is damaged before its end.
  Journal(const std::filesystem::path& path, const std::function<void(const Json&)>& replay);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // On return the entry is on the disk. Throws Error{file} (disk full, ...); the file then still
  // ends with the last whole entry.
  void append(const Json& entry);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t end_ = 0;
};

}  // namespace fossilct
