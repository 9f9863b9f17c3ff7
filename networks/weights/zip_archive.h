// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "networks/weights/mapped_file.h"

namespace fossilct {

// Where an entry's bytes lie in the file.
struct ZipEntry {
  std::size_t offset = 0;
  std::size_t size = 0;
  bool plain = true;  // neither compressed nor encrypted
};

// The entries of a zip archive by name, with and without zip64. torch.save stores them as they are;
// those that are not `plain` are listed, never unpacked, so no small file can grow in memory.
// Throws Error{format}: no end record (cut off), entries that leave the file or overlap, a name
// given twice, a central directory that contradicts itself.
std::map<std::string, ZipEntry, std::less<>> read_zip_directory(const MappedFile& file);

// Whether the first bytes are those of a zip archive.
bool looks_like_zip(std::span<const std::byte> bytes);

}  // namespace fossilct
