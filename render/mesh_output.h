// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/atomic_file.h"
#include "render/mesh_files.h"

namespace fossilct {

// A file of numbers on its way to AtomicOutput, in pieces of a megabyte. Private to `render`.
class MeshOutput {
 public:
  MeshOutput(const std::filesystem::path& path, IfExists if_exists);

  void text(std::string_view text) { bytes(std::as_bytes(std::span(text.data(), text.size()))); }
  void bytes(std::span<const std::byte> bytes);
  // In the machine's byte order, which is little-endian.
  template <typename T>
  void value(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes(std::as_bytes(std::span(&value, 1)));
  }
  // Replaces what was written at `offset`.
  void patch(std::int64_t offset, std::span<const std::byte> bytes);
  // Appends the bytes of a file.
  void append(const std::filesystem::path& file);
  void finish();

 private:
  void flush();

  AtomicOutput output_;
  std::ofstream stream_;
  std::vector<std::byte> buffer_;
};

// "v 1.5 2 -3\n", with the shortest digits that read back.
std::string obj_line(std::string_view kind, const Point3f& point);

// The offset that is added to every point on the way to the file.
Vector3 offset_of(const TriangleMesh& mesh, const MeshFileOptions& options);

void write_glb(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options);

}  // namespace fossilct
