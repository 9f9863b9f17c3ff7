// SPDX-License-Identifier: Apache-2.0
// Structures and their fields: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16, 4.5.3.
#include "networks/weights/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator64_signature = 0x07064b50;
constexpr std::size_t local_bytes = 30;
constexpr std::size_t central_bytes = 46;
constexpr std::size_t end_bytes = 22;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t locator64_bytes = 20;
constexpr std::size_t most_comment_bytes = 0xffff;
constexpr std::uint64_t most_entries = 1'000'000;  // a model has thousands of tensors
constexpr std::uint32_t in_zip64 = 0xffffffff;     // the field's value stands in the zip64 record

// Little-endian fields of the file, refused beyond its end.
class Fields {
 public:
  explicit Fields(const MappedFile& file) : file_(file), bytes_(file.bytes()) {}

  std::size_t size() const { return bytes_.size(); }

  void need(std::uint64_t offset, std::uint64_t count, const char* what) const {
    if (offset > bytes_.size() || count > bytes_.size() - offset) {
      fail(std::string(what) + " leaves the file");
    }
  }

  template <typename T>
  T at(std::uint64_t offset) const {
    need(offset, sizeof(T), "a record");
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  std::uint16_t u16(std::uint64_t offset) const { return at<std::uint16_t>(offset); }
  std::uint32_t u32(std::uint64_t offset) const { return at<std::uint32_t>(offset); }
  std::uint64_t u64(std::uint64_t offset) const { return at<std::uint64_t>(offset); }

  std::string_view text(std::uint64_t offset, std::size_t count) const {
    need(offset, count, "a name");
    return {reinterpret_cast<const char*>(bytes_.data()) + offset, count};
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw format_error(file_.path(),
                       "the zip archive is damaged: " + what + "; copy or download the file again");
  }

 private:
  const MappedFile& file_;
  std::span<const std::byte> bytes_;
};

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

// The end record stands before a comment of at most 64 KB, which ends where the file ends.
std::size_t find_end_record(const Fields& fields) {
  if (fields.size() >= end_bytes) {
    const std::size_t last = fields.size() - end_bytes;
    const std::size_t first = last - std::min(last, most_comment_bytes);
    for (std::size_t at = last + 1; at-- > first;) {
      if (fields.u32(at) == end_signature &&
          at + end_bytes + fields.u16(at + 20) == fields.size()) {
        return at;
      }
    }
  }
  fields.fail("it has no end record, so it is cut off (it has " + std::to_string(fields.size()) +
              " bytes)");
}

Directory find_directory(const Fields& fields) {
  const std::size_t end = find_end_record(fields);
  Directory directory{fields.u32(end + 16), fields.u32(end + 12), fields.u16(end + 10)};
  const bool has_locator =
      end >= locator64_bytes && fields.u32(end - locator64_bytes) == locator64_signature;
  if (has_locator) {
    const std::uint64_t end64 = fields.u64(end - locator64_bytes + 8);
    fields.need(end64, end64_bytes, "the zip64 end record");
    if (fields.u32(end64) != end64_signature) {
      fields.fail("its zip64 end record is not where it should be");
    }
    directory = {fields.u64(end64 + 48), fields.u64(end64 + 40), fields.u64(end64 + 32)};
  }
  fields.need(directory.offset, directory.size, "the central directory");
  if (directory.entries > most_entries || directory.entries > directory.size / central_bytes) {
    fields.fail("it claims " + std::to_string(directory.entries) + " entries in a directory of " +
                std::to_string(directory.size) + " bytes");
  }
  return directory;
}

// One entry of the central directory. Sizes and offset of more than 32 bits stand in the extra
// field 1, in this order, only those that are needed.
struct CentralEntry {
  std::string_view name;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
  std::uint64_t next = 0;
  bool plain = true;
};

void take_zip64_sizes(const Fields& fields, std::uint64_t extra, std::uint64_t extra_end,
                      CentralEntry& entry) {
  while (extra_end - extra >= 4) {
    const std::uint16_t id = fields.u16(extra);
    const std::uint64_t end = extra + 4 + fields.u16(extra + 2);
    if (end > extra_end) {
      return;
    }
    std::uint64_t at = extra + 4;
    for (std::uint64_t* value : {&entry.size, &entry.compressed, &entry.local_offset}) {
      if (id == 1 && *value == in_zip64 && end - at >= 8) {
        *value = fields.u64(at);
        at += 8;
      }
    }
    extra = end;
  }
}

CentralEntry read_central_entry(const Fields& fields, std::uint64_t at, std::uint64_t end) {
  if (end - at < central_bytes || fields.u32(at) != central_signature) {
    fields.fail("its central directory is broken at byte " + std::to_string(at));
  }
  CentralEntry entry;
  const std::uint16_t name_bytes = fields.u16(at + 28);
  const std::uint64_t extra = at + central_bytes + name_bytes;
  const std::uint64_t extra_end = extra + fields.u16(at + 30);
  entry.name = fields.text(at + central_bytes, name_bytes);
  entry.compressed = fields.u32(at + 20);
  entry.size = fields.u32(at + 24);
  entry.local_offset = fields.u32(at + 42);
  entry.next = extra_end + fields.u16(at + 32);
  if (entry.next > end) {
    fields.fail("its central directory is broken at byte " + std::to_string(at));
  }
  take_zip64_sizes(fields, extra, extra_end, entry);
  const bool encrypted = (fields.u16(at + 8) & 1U) != 0;
  const bool stored = fields.u16(at + 10) == 0 && entry.compressed == entry.size;
  entry.plain = stored && !encrypted;
  return entry;
}

ZipEntry locate(const Fields& fields, const CentralEntry& entry) {
  const std::string quoted = "its entry '" + printable(entry.name) + "' ";
  fields.need(entry.local_offset, local_bytes, "a local header");
  if (fields.u32(entry.local_offset) != local_signature) {
    fields.fail(quoted + "is not where the central directory says");
  }
  const std::uint16_t name_bytes = fields.u16(entry.local_offset + 26);
  if (fields.text(entry.local_offset + local_bytes, name_bytes) != entry.name) {
    fields.fail(quoted + "has another name where it lies");
  }
  const std::uint64_t data =
      entry.local_offset + local_bytes + name_bytes + fields.u16(entry.local_offset + 28);
  fields.need(data, entry.compressed, "the content of an entry");
  return {static_cast<std::size_t>(data), static_cast<std::size_t>(entry.compressed), entry.plain};
}

void check_apart(const Fields& fields, const std::map<std::string, ZipEntry, std::less<>>& entries,
                 const Directory& directory) {
  std::vector<ZipEntry> by_place;
  for (const auto& [name, entry] : entries) {
    by_place.push_back(entry);
  }
  by_place.push_back({static_cast<std::size_t>(directory.offset), 0});
  std::sort(by_place.begin(), by_place.end(),
            [](const ZipEntry& a, const ZipEntry& b) { return a.offset < b.offset; });
  for (std::size_t i = 1; i < by_place.size(); ++i) {
    if (by_place[i - 1].offset + by_place[i - 1].size > by_place[i].offset) {
      fields.fail("two of its entries overlap at byte " + std::to_string(by_place[i].offset));
    }
  }
}

}  // namespace

bool looks_like_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\x03\x04", 4) == 0;
}

std::map<std::string, ZipEntry, std::less<>> read_zip_directory(const MappedFile& file) {
  const Fields fields(file);
  const Directory directory = find_directory(fields);
  std::map<std::string, ZipEntry, std::less<>> entries;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    const CentralEntry entry = read_central_entry(fields, at, directory.offset + directory.size);
    if (!entries.emplace(entry.name, locate(fields, entry)).second) {
      fields.fail("it has two entries '" + printable(entry.name) + "'");
    }
    at = entry.next;
  }
  check_apart(fields, entries, directory);
  return entries;
}

}  // namespace fossilct
