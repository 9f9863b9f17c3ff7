// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"

namespace fossilct {

// What tells whether a file was changed: its size and the time of its last change. Of a folder, the
// SHA-256 over the names and stamps of all files in it, however deep. Empty where nothing is there.
// Cost: one look at each file.
std::string file_stamp(const std::filesystem::path& path);

// Bytes of a file, or of all files in a folder; what can't be looked at counts nothing.
std::int64_t bytes_below(const std::filesystem::path& path);

// SHA-256 of contents, of each file once while its stamp stays: a model serves many scans.
class HashedFiles {
 public:
  // "absent" where there is no such file. Throws Error{file}, and Cancelled.
  std::string sha256(const std::filesystem::path& path, const Progress& progress);

 private:
  std::map<std::filesystem::path, std::pair<std::string, std::string>> known_;  // stamp, SHA-256
};

// Of all that decides what a stage makes: texts in their order, none mistaken for two others.
std::string fingerprint_of(const std::vector<std::string>& parts);

}  // namespace fossilct
