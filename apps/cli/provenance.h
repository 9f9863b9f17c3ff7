// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "apps/cli/command.h"
#include "base/json.h"
#include "base/progress.h"

namespace fossilct {

struct HashedFile {
  std::filesystem::path path;
  std::int64_t bytes = 0;
  std::string sha256;
};

// Hashes files one after the other on a thread of its own, while somebody else reads the same files
// for their voxels: each byte then comes from the disk once. Destroyed early it stops at the next
// megabyte. (Two such threads were tried: not faster where two cores do all.)
class FileHasher {
 public:
  explicit FileHasher(std::vector<std::filesystem::path> files);
  ~FileHasher();
  FileHasher(const FileHasher&) = delete;
  FileHasher& operator=(const FileHasher&) = delete;

  // In the order given. What is left to do then is the stage "hash" of `progress`. Throws
  // Error{file} and Cancelled.
  std::vector<HashedFile> wait(Progress& progress);

 private:
  std::vector<HashedFile> hash_all();
  HashedFile hash_one(const std::filesystem::path& path);

  std::vector<std::filesystem::path> files_;
  Progress stop_;
  std::atomic<std::int64_t> bytes_done_{0};
  std::future<std::vector<HashedFile>> result_;
};

// File names are bytes of any kind, JSON is UTF-8, and an output is not to fail at its last step
// over the name of a file: U+FFFD stands for what is none.
Json as_utf8(const Json& json);

// {sources, command, options, version, time} in UTF-8; time is UTC, ISO 8601.
Json provenance_json(const CommandContext& context, const Json& sources);

}  // namespace fossilct
