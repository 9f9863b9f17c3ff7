// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `io`: streams of an OLE2 container through libgsf, the only header that includes it.

#include <gsf/gsf.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fossilct {

struct GObjectDeleter {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using GObjectPtr = std::unique_ptr<T, GObjectDeleter>;

// One open file; one thread at a time. Holds the container's allocation table in memory: about a
// thousandth of the file's size with 4 KiB sectors, a hundredth with 512-byte ones.
class OleFile {
 public:
  // Throws Error{format} where the file is no OLE2 container, or its tables are damaged.
  explicit OleFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  // `folder/name`; null where there is none. Throws nothing.
  GObjectPtr<GsfInput> find(const std::string& folder, const std::string& name) const;
  bool has(const std::string& folder, const std::string& name) const;

  // The first little-endian number of a stream; nothing where the stream is absent or shorter.
  std::optional<std::int32_t> integer(const std::string& folder, const std::string& name) const;
  std::optional<float> real(const std::string& folder, const std::string& name) const;
  // All of them, at most `most`.
  std::vector<float> reals(const std::string& folder, const std::string& name,
                           std::size_t most) const;

 private:
  std::filesystem::path path_;
  GObjectPtr<GsfInfile> root_;
};

}  // namespace fossilct
