// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fossilct::test {

// Weight files made by hand, so that a test can damage each part of them.

template <typename T>
std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xff);
  }
  return bytes;
}

inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  return little_endian<std::uint64_t>(header.size()) + header + data;
}

using ZipFiles = std::vector<std::pair<std::string, std::string>>;

// A zip archive of stored entries. Checksums are left 0: the reader does not use them.
inline std::string zip_bytes(const ZipFiles& files) {
  std::string bytes;
  std::string directory;
  for (const auto& [name, content] : files) {
    const std::string sizes = little_endian<std::uint32_t>(content.size()) +
                              little_endian<std::uint32_t>(content.size()) +
                              little_endian<std::uint16_t>(name.size());
    const std::string common = std::string("\x14\0\0\0\0\0\0\0\0\0\0\0\0\0", 14) + sizes;
    directory += "PK\x01\x02" + std::string("\x14\0", 2) + common + std::string(12, '\0') +
                 little_endian<std::uint32_t>(bytes.size()) + name;
    bytes += "PK\x03\x04" + common + std::string(2, '\0') + name + content;
  }
  const std::string count = little_endian<std::uint16_t>(files.size());
  const std::uint64_t begin = bytes.size();
  return bytes + directory + "PK\x05\x06" + std::string(4, '\0') + count + count +
         little_endian<std::uint32_t>(directory.size()) + little_endian<std::uint32_t>(begin) +
         std::string(2, '\0');
}

// Pieces of a pickle.
namespace pickled {

inline std::string text(const std::string& value) {
  return "X" + little_endian<std::uint32_t>(value.size()) + value;
}
inline std::string number(std::int64_t value) {
  return "\x8a\x08" + little_endian<std::uint64_t>(static_cast<std::uint64_t>(value));
}
inline std::string numbers(const std::vector<std::int64_t>& values) {
  std::string bytes = "(";
  for (const std::int64_t value : values) {
    bytes += number(value);
  }
  return bytes + "t";
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string storage(const std::string& type, const std::string& key, std::int64_t elements) {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") +
         number(elements) + "tQ";
}
inline std::string tensor(const std::string& storage, std::int64_t offset,
                          const std::vector<std::int64_t>& sizes,
                          const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + number(offset) +
         numbers(sizes) + numbers(strides) + "\x89" + global("collections", "OrderedDict") + ")RtR";
}
// {key: value, ...}; values are pieces.
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string bytes = "}(";
  for (const auto& [key, value] : items) {
    bytes += text(key) + value;
  }
  return bytes + "u";
}
inline std::string whole(const std::string& value) { return "\x80\x02" + value + "."; }

}  // namespace pickled

// A file of torch.save: its data.pkl, and the bytes of the storages 0, 1, ...
inline std::string torch_bytes(const std::string& pickle, const std::vector<std::string>& storages,
                               const ZipFiles& more = {}) {
  ZipFiles files = {{"archive/data.pkl", pickle}};
  for (std::size_t i = 0; i < storages.size(); ++i) {
    files.emplace_back("archive/data/" + std::to_string(i), storages[i]);
  }
  files.insert(files.end(), more.begin(), more.end());
  files.emplace_back("archive/version", "3\n");
  return zip_bytes(files);
}

inline std::string float_bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

}  // namespace fossilct::test
