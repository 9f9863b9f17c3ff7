// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace fossilct {

// The bytes of one chunk as HDF5's own filters shuffle + deflate keep them in a file, made and read
// by libdeflate, so that any HDF5 reader opens what we write while we use every core (the library's
// own pipeline runs on one, at a fifth of the speed). One object a thread; the buffers are reused.
class ChunkCodec {
 public:
  // Elements of `element_bytes` (1: nothing to shuffle); level as libdeflate's, 1 to 12.
  ChunkCodec(std::size_t element_bytes, int level);
  ~ChunkCodec();
  ChunkCodec(ChunkCodec&&) noexcept;

  // The encoded chunk, valid until the next call; nothing where it would not be smaller (the chunk
  // is then stored as it is, with both filters marked as skipped).
  std::optional<std::span<const std::byte>> encode(std::span<const std::byte> chunk);
  // Fills `chunk` (of the decoded size); false where the bytes are damaged.
  bool decode(std::span<const std::byte> encoded, std::span<std::byte> chunk);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What HDF5's filter fletcher32 puts behind the bytes of a chunk, its low byte first: sums of
// 16-bit words, high byte first, modulo 65535 (J. G. Fletcher, IEEE Trans. Commun. 30, 1982). An
// odd last byte is the high one of a word. Cost: under 0.3 ns a byte.
inline constexpr std::size_t fletcher32_bytes = 4;
std::uint32_t fletcher32(std::span<const std::byte> bytes);

// HDF5's byte shuffle: all first bytes of the elements, then all second bytes ... Sizes are equal
// and a multiple of `element_bytes`.
void shuffle_bytes(std::span<const std::byte> in, std::size_t element_bytes,
                   std::span<std::byte> out);
void unshuffle_bytes(std::span<const std::byte> in, std::size_t element_bytes,
                     std::span<std::byte> out);

}  // namespace fossilct
