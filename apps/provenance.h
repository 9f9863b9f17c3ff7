// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "apps/command.h"
#include "base/json.h"
#include "base/progress.h"
#include "io/volume_file.h"
#include "volumes/volume_source.h"

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

// "SHA256  BYTES  NAME" a line, names relative to `scan` where that is their folder. Cut down to
// its first and third columns it is what `sha256sum --check` reads.
std::string manifest_of(const std::vector<HashedFile>& files, const std::filesystem::path& scan);

// What was read: {path, name, files, bytes, sha256}, the hash of the one file, or of the manifest
// where there are several; and "provenance", where the scan carried one itself.
Json source_json(const std::filesystem::path& scan, const ScanDescription& description,
                 const std::vector<HashedFile>& files);

// {sources, command, options, version, time, spacing, notices}; time is UTC, ISO 8601.
// `description` is null for a volume that was made, not read. All its texts are UTF-8, whatever the
// names of the files.
Json provenance_json(const CommandContext& context, const Json& sources,
                     const ScanDescription* description);

// transfer() into a volume file while the source's files are hashed; the file then keeps the
// provenance, which is returned. Does not call finish().
Json transfer_with_provenance(const CommandContext& context, const std::filesystem::path& scan,
                              VolumeSource& source, VolumeFileSink& sink, std::string_view stage);

}  // namespace fossilct
