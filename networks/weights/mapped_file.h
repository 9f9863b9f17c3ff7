// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// A whole file as memory. The mapping is private and writable: a tensor that views it may be
// written to by accident, which neither crashes nor reaches the file. Whoever holds the pointer
// keeps it mapped; a file that shrinks meanwhile ends the process (SIGBUS).
class MappedFile {
 public:
  // Throws Error{file} where it can't be opened or is no regular file, Error{format} where empty.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit MappedFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// The elements of `type` at the file's byte `offset` as a contiguous tensor: a view that holds the
// mapping, or a copy where they are not aligned to their size. They must lie inside the file.
// Throws Error{format} that names `tensor` for a boolean that is neither 0 nor 1.
at::Tensor tensor_in(const std::shared_ptr<const MappedFile>& file, std::size_t offset,
                     at::ScalarType type, const std::vector<std::int64_t>& sizes,
                     std::string_view tensor);

// Throws Error{format} that names file, tensor and element for NaN and infinite values.
void check_finite_values(const std::filesystem::path& path, std::string_view name,
                         const at::Tensor& tensor);

// The product of the sizes; nothing where one is negative or the product exceeds 2^63 - 1 or more
// than 64 sizes are given.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> sizes);

// "64x3x7x7", "a single number" for no sizes.
std::string shape_text(std::span<const std::int64_t> sizes);

}  // namespace fossilct
