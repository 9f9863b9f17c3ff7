// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "networks/mapped_file.h"

namespace fossilct {

// Where an entry's bytes lie in the file.
struct ZipEntry {
  std::size_t offset = 0;
  std::size_t size = 0;
};

// The entries of a zip archive by name, with and without zip64. Entries must be stored as they
// are, as torch.save stores them, so nothing is unpacked and no small file can grow in memory.
// Throws Error{format}: no end record (cut off), entries that leave the file or overlap, compressed
// or encrypted entries, a name given twice, a central directory that contradicts itself.
std::map<std::string, ZipEntry, std::less<>> read_zip_directory(const MappedFile& file);

// Whether the first bytes are those of a zip archive.
bool looks_like_zip(std::span<const std::byte> bytes);

}  // namespace fossilct
