// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace fossilct {

// An output that appears under its name only when it is whole. The work goes to temporary_path(),
// a hidden sibling `.NAME.partial-PID-N` on the same file system; commit() flushes it to the disk
// and renames it. Destroyed without commit() (an error, a cancel) it removes what was written. A
// process killed outright leaves its partial file behind, which the next output of the same name
// takes away once it sees that no living process holds it. A link stays one: the output goes where
// it leads.
enum class AtomicKind { file, folder };
enum class IfExists { refuse, replace };

class AtomicOutput {
 public:
  // Throws Error{file} where the folder is missing or not writable, and where `path` exists and
  // `if_exists` says refuse, and for a folder that no rename can replace (the current one, a mount
  // point). A folder is created empty, a file is created with no bytes.
  AtomicOutput(std::filesystem::path path, AtomicKind kind, IfExists if_exists);
  ~AtomicOutput();
  AtomicOutput(const AtomicOutput&) = delete;
  AtomicOutput& operator=(const AtomicOutput&) = delete;

  // Without a slash behind it, and behind all links.
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary_path() const { return temporary_path_; }

  // fsync of the content and of the folder, and the rename. Throws Error{file}.
  void commit();

 private:
  void create_partial();

  std::filesystem::path path_;
  std::filesystem::path temporary_path_;
  AtomicKind kind_;
  IfExists if_exists_;
  int guard_ = -1;
  bool committed_ = false;
};

// The whole small file at once, through AtomicOutput; replaces what was there.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// Flushes one file's data to the disk. Throws Error{file}.
void sync_to_disk(const std::filesystem::path& path);

}  // namespace fossilct
