// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
  void finish();

 private:
  void flush();

  AtomicOutput output_;
  std::ofstream stream_;
  std::vector<std::byte> buffer_;
};

// The offset that is added to every point on the way to the file.
Vector3 offset_of(const TriangleMesh& mesh, const MeshFileOptions& options);

void write_glb(MeshOutput& output, const TriangleMesh& mesh, const MeshFileOptions& options);

}  // namespace fossilct
