// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <numeric>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"
#include "networks/weights/safetensors_header.h"

namespace fossilct {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian and their tensors are used where they lie");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t most_header_bytes = 100'000'000;  // the format's own limit
constexpr std::size_t data_alignment = 64;                // a cache line, and AVX-512 loads
constexpr const char* digest_key = "fossilct.sha256";
constexpr std::string_view known_types = "F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL";

constexpr std::array<std::pair<at::ScalarType, std::string_view>, 10> types = {
    {{at::kDouble, "F64"},
     {at::kFloat, "F32"},
     {at::kHalf, "F16"},
     {at::kBFloat16, "BF16"},
     {at::kLong, "I64"},
     {at::kInt, "I32"},
     {at::kShort, "I16"},
     {at::kChar, "I8"},
     {at::kByte, "U8"},
     {at::kBool, "BOOL"}}};

std::string no_digest() { return std::string(64, '0'); }

std::uint64_t length_in(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  return length;
}

std::string_view header_in(const MappedFile& file) {
  const std::span<const std::byte> bytes = file.bytes();
  const std::uint64_t length = length_in(bytes);
  if (length > most_header_bytes) {
    throw format_error(file.path(), "its safetensors header claims " +
                                        format_bytes(static_cast<double>(length)) +
                                        "; the format allows 100 MB: the file is damaged");
  }
  if (length > bytes.size() - length_bytes) {
    throw format_error(file.path(), "its safetensors header claims " + std::to_string(length) +
                                        " bytes, the file has " + std::to_string(bytes.size()) +
                                        ": it is cut off, copy or download it again");
  }
  return {reinterpret_cast<const char*>(bytes.data()) + length_bytes,
          static_cast<std::size_t>(length)};
}

Error entry_error(const MappedFile& file, const SafetensorsEntry& entry, const std::string& what) {
  return format_error(file.path(), "tensor '" + printable(entry.name) + "' " + what);
}

// Type and shape must fit the bytes that the offsets enclose.
at::ScalarType checked_type(const MappedFile& file, const SafetensorsEntry& entry) {
  const auto type = scalar_type(entry.type);
  if (!type) {
    throw entry_error(file, entry,
                      "is of type '" + printable(entry.type) + "'; known are " +
                          std::string(known_types) + ": convert it to one of them first");
  }
  if (entry.offsets.size() != 2 || entry.offsets[0] > entry.offsets[1]) {
    throw entry_error(file, entry, "has no begin and end as its data_offsets");
  }
  const std::int64_t bytes = entry.offsets[1] - entry.offsets[0];
  const auto count = element_count(entry.shape);
  std::int64_t expected = 0;
  const auto size = static_cast<std::int64_t>(at::elementSize(*type));
  if (!count || __builtin_mul_overflow(*count, size, &expected) || expected != bytes) {
    throw entry_error(file, entry,
                      "of shape " + shape_text(entry.shape) + " and type " + entry.type +
                          " does not fit its " + std::to_string(bytes) +
                          " bytes: the file is damaged");
  }
  return *type;
}

// The format allows no gap, no overlap and nothing behind the last tensor.
void check_layout(const MappedFile& file, const SafetensorsHeader& header, std::int64_t data_size) {
  std::vector<const SafetensorsEntry*> by_place;
  for (const SafetensorsEntry& entry : header.entries) {
    by_place.push_back(&entry);
  }
  std::sort(by_place.begin(), by_place.end(),
            [](const auto* a, const auto* b) { return a->offsets < b->offsets; });
  std::int64_t end = 0;
  for (const SafetensorsEntry* entry : by_place) {
    if (entry->offsets[1] > data_size) {
      throw entry_error(file, *entry,
                        "ends at byte " + std::to_string(entry->offsets[1]) +
                            " of the data, which has " + std::to_string(data_size) +
                            ": the file is cut off or damaged, copy or download it again");
    }
    if (entry->offsets[0] != end) {
      throw entry_error(file, *entry,
                        std::string(entry->offsets[0] < end ? "overlaps the tensor before it"
                                                            : "leaves a gap before it") +
                            " (begins at byte " + std::to_string(entry->offsets[0]) +
                            " of the data, expected " + std::to_string(end) + ")");
    }
    end = entry->offsets[1];
  }
  if (end != data_size) {
    throw format_error(file.path(), std::to_string(data_size - end) +
                                        " bytes behind the last tensor belong to none: the file "
                                        "is damaged");
  }
}

// Where each tensor's bytes go: wide types first, so that each is aligned to its elements though
// the format allows no gap; otherwise in the order given.
std::vector<std::size_t> storage_order(std::span<const NamedTensor> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return tensors[a].tensor.element_size() > tensors[b].tensor.element_size();
  });
  return order;
}

void check_writable(const std::filesystem::path& path, std::span<const NamedTensor> tensors) {
  std::set<std::string_view> names;
  for (const NamedTensor& named : tensors) {
    const std::string quoted = "tensor '" + printable(named.name) + "' ";
    if (!names.insert(named.name).second) {
      throw format_error(path, quoted + "is given twice");
    }
    if (named.name == "__metadata__") {
      throw format_error(path, quoted + "has the name that the format keeps for its metadata");
    }
    if (!named.tensor.defined() || !safetensors_type(named.tensor.scalar_type())) {
      throw format_error(
          path, quoted + "is of a type that is not written; known are " + std::string(known_types));
    }
  }
}

std::string header_of(std::span<const NamedTensor> tensors, const std::vector<std::size_t>& order,
                      std::map<std::string, std::string> metadata) {
  metadata[digest_key] = no_digest();
  std::vector<std::size_t> begins(tensors.size());
  std::size_t end = 0;
  for (const std::size_t i : order) {
    begins[i] = end;
    end += tensors[i].tensor.nbytes();
  }
  Json json = Json::object();
  json["__metadata__"] = metadata;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor& tensor = tensors[i].tensor;
    // Appended as a pair: looking each name up would cost the square of their number.
    json.get_ref<Json::object_t&>().emplace_back(
        tensors[i].name, Json{{"dtype", *safetensors_type(tensor.scalar_type())},
                              {"shape", tensor.sizes().vec()},
                              {"data_offsets", {begins[i], begins[i] + tensor.nbytes()}}});
  }
  std::string text = exact_json_text(json);
  const std::size_t unaligned = (length_bytes + text.size()) % data_alignment;
  text.append((data_alignment - unaligned) % data_alignment, ' ');
  return text;
}

// Where in a header the digits of the file's SHA-256 stand; nothing where they stand nowhere.
std::optional<std::size_t> place_of_digest(std::string_view header) {
  const std::string before = "\"" + std::string(digest_key) + "\":\"";
  const std::size_t key = header.find(before);
  const std::size_t place = key + before.size();
  return key == std::string_view::npos || place + no_digest().size() > header.size()
             ? std::nullopt
             : std::optional(place);
}

// The format has no checksum, and a weight with a flipped bit is a weight like any other. The
// file's SHA-256 stands in its metadata, taken with zeros in its own place.
void check_digest(const MappedFile& file, std::string_view header) {
  const std::optional<std::size_t> place = place_of_digest(header);
  if (!place) {
    return;
  }
  const std::string zeros = no_digest();
  const std::span<const std::byte> bytes = file.bytes();
  const std::size_t begin = length_bytes + *place;
  Sha256 hash;
  hash.update(bytes.first(begin));
  hash.update(std::as_bytes(std::span(zeros)));
  hash.update(bytes.subspan(begin + zeros.size()));
  if (hash.finish() != header.substr(*place, zeros.size())) {
    throw format_error(file.path(),
                       "is not as it was written: its SHA-256 is another than its metadata say. "
                       "Copy it again; or, where another program changed it on purpose, take " +
                           std::string(digest_key) + " out of its metadata");
  }
}

// A file as it grows, and the hash of its bytes.
class HashedOutput {
 public:
  HashedOutput(std::filesystem::path path, const std::filesystem::path& temporary)
      : path_(std::move(path)), stream_(temporary, std::ios::binary | std::ios::trunc) {}

  void write(const void* data, std::size_t size) {
    hash_.update({static_cast<const std::byte*>(data), size});
    require(static_cast<bool>(
        stream_.write(static_cast<const char*>(data), static_cast<std::streamsize>(size))));
  }

  // Writes the digest to its place, and closes the file.
  void finish(std::size_t place) {
    const std::string digest = hash_.finish();
    stream_.seekp(static_cast<std::streamoff>(place));
    stream_.write(digest.data(), static_cast<std::streamsize>(digest.size()));
    stream_.close();
    require(static_cast<bool>(stream_));
  }

 private:
  void require(bool written) const {
    if (!written) {
      throw file_errno_error(path_, "can't be written");
    }
  }

  std::filesystem::path path_;
  std::ofstream stream_;
  Sha256 hash_;
};

}  // namespace

std::optional<std::string_view> safetensors_type(at::ScalarType type) {
  const auto* found = std::find_if(types.begin(), types.end(),
                                   [=](const auto& known) { return known.first == type; });
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::optional<at::ScalarType> scalar_type(std::string_view safetensors_type) {
  const auto* found = std::find_if(types.begin(), types.end(), [=](const auto& known) {
    return known.second == safetensors_type;
  });
  return found == types.end() ? std::nullopt : std::optional(found->first);
}

bool looks_like_safetensors(std::span<const std::byte> bytes) {
  return bytes.size() > length_bytes && bytes[length_bytes] == std::byte{'{'};
}

WeightFile read_safetensors(const std::shared_ptr<const MappedFile>& file) {
  const std::string_view text = header_in(*file);
  SafetensorsHeader header;
  try {
    header = parse_safetensors_header(text);
  } catch (const Error&) {
    rethrow_with_context(file->path().string());
  }
  std::vector<at::ScalarType> entry_types;
  for (const SafetensorsEntry& entry : header.entries) {
    entry_types.push_back(checked_type(*file, entry));
  }
  const std::size_t data_begin = length_bytes + text.size();
  check_layout(*file, header, static_cast<std::int64_t>(file->bytes().size() - data_begin));
  WeightFile weights;
  weights.path = file->path();
  weights.format = "safetensors";
  check_digest(*file, text);
  weights.metadata = std::move(header.metadata);
  weights.metadata.erase(digest_key);
  for (std::size_t i = 0; i < header.entries.size(); ++i) {
    const SafetensorsEntry& entry = header.entries[i];
    const std::size_t offset = data_begin + static_cast<std::size_t>(entry.offsets[0]);
    weights.tensors.push_back(
        {entry.name, tensor_in(file, offset, entry_types[i], entry.shape, entry.name)});
  }
  return weights;
}

void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
  try {
    check_writable(path, tensors);
    const std::vector<std::size_t> order = storage_order(tensors);
    std::string header;
    try {
      header = header_of(tensors, order, metadata);
    } catch (const Error&) {  // text that is not UTF-8
      rethrow_with_context(path.string());
    }
    AtomicOutput output(path, AtomicKind::file, IfExists::replace);
    HashedOutput file(path, output.temporary_path());
    const std::uint64_t length = header.size();
    file.write(&length, length_bytes);
    file.write(header.data(), header.size());
    for (const std::size_t i : order) {
      const at::Tensor stored = tensors[i].tensor.detach().cpu().contiguous();
      file.write(stored.data_ptr(), stored.nbytes());
    }
    file.finish(length_bytes + place_of_digest(header).value());
    output.commit();
  } catch (const c10::Error& error) {  // copying from the device
    throw Error(ErrorKind::device, path.string() + ": " + error.what_without_backtrace());
  }
}

}  // namespace fossilct
