// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace fossilct {

// A file open for reading at any place; read_at may be called from several threads at once.
class FileDescriptor {
 public:
  // Throws Error{file} with the system's reason.
  explicit FileDescriptor(const std::filesystem::path& path);
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;

  // Fills `bytes` from the file's byte `offset` on. Throws Error{format} that names both lengths
  // where the file ends before that, Error{file} where the disk fails.
  void read_at(std::int64_t offset, std::span<std::byte> bytes) const;
  std::int64_t size() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace fossilct
