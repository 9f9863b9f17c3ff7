// SPDX-License-Identifier: Apache-2.0
#include "io/gzip_packer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

#include "base/threads.h"

namespace fossilct {

namespace {

constexpr int no_wrapping = -15;  // zlib: negative window bits leave out its own header
constexpr int memory_level = 9;
constexpr std::size_t block_bytes = std::size_t{1} << 20;

// Bytes of RFC 1952: magic, deflate, no flags, no time, "fastest", Unix.
constexpr std::array<unsigned char, 10> gzip_header = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3};
// An empty last block.
constexpr std::array<unsigned char, 2> end_of_deflate = {3, 0};

struct Block {
  std::vector<unsigned char> packed;
  unsigned long checksum = 0;
  std::size_t length = 0;
};

Block pack(std::span<const std::byte> bytes, GzipPacker::Effort effort) {
  const auto* input = reinterpret_cast<const unsigned char*>(bytes.data());
  z_stream stream{};
  if (deflateInit2(&stream, static_cast<int>(effort), Z_DEFLATED, no_wrapping, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();  // the parameters are constants, so nothing else can fail
  }
  Block block{.packed = {}, .checksum = crc32_z(0, input, bytes.size()), .length = bytes.size()};
  constexpr std::size_t flush_marker = 16;  // deflateBound() does not count it; it takes 5
  block.packed.resize(deflateBound(&stream, bytes.size()) + flush_marker);
  stream.next_in = const_cast<unsigned char*>(input);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = block.packed.data();
  stream.avail_out = static_cast<uInt>(block.packed.size());
  deflate(&stream, Z_SYNC_FLUSH);
  block.packed.resize(stream.total_out);
  deflateEnd(&stream);
  return block;
}

std::array<unsigned char, 4> little_endian(std::uint64_t value) {
  std::array<unsigned char, 4> bytes{};
  for (unsigned char& byte : bytes) {
    byte = static_cast<unsigned char>(value & 0xff);
    value >>= 8;
  }
  return bytes;
}

}  // namespace

GzipPacker::GzipPacker(int threads, Effort effort, Emit emit)
    : threads_(threads), effort_(effort), emit_(std::move(emit)) {}

void GzipPacker::begin() { emit_(std::as_bytes(std::span(gzip_header))); }

void GzipPacker::write(std::span<const std::byte> bytes) {
  constexpr std::size_t blocks_per_thread = 4;
  const std::size_t group_bytes =
      block_bytes * blocks_per_thread * static_cast<std::size_t>(std::max(threads_, 1));
  while (!bytes.empty()) {
    const auto group = bytes.first(std::min(bytes.size(), group_bytes));
    bytes = bytes.subspan(group.size());
    std::vector<Block> blocks((group.size() + block_bytes - 1) / block_bytes);
    parallel_for(static_cast<std::int64_t>(blocks.size()), threads_, [&](std::int64_t i) {
      const std::size_t start = static_cast<std::size_t>(i) * block_bytes;
      blocks[static_cast<std::size_t>(i)] =
          pack(group.subspan(start, std::min(block_bytes, group.size() - start)), effort_);
    });
    for (const Block& block : blocks) {
      emit_(std::as_bytes(std::span(block.packed)));
      checksum_ = crc32_combine(checksum_, block.checksum, static_cast<z_off_t>(block.length));
      length_ += block.length;
    }
  }
}

void GzipPacker::finish() {
  emit_(std::as_bytes(std::span(end_of_deflate)));
  const auto checksum = little_endian(checksum_);
  const auto length = little_endian(length_);  // modulo 2^32, as the format has it
  emit_(std::as_bytes(std::span(checksum)));
  emit_(std::as_bytes(std::span(length)));
}

}  // namespace fossilct
