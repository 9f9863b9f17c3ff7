// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace fossilct {

// Private to `io`. Packs a stream of bytes into one gzip member (RFC 1952) on several threads: the
// stream is cut into blocks of 1 MiB that are deflated apart and ended on a byte (zlib's sync
// flush), so that their bytes one after another are one deflate stream, which any reader unpacks
// and whose bytes do not depend on the threads. Memory: 8 MiB a thread.
class GzipPacker {
 public:
  // fastest: zlib's level 1; higher ones take several times as long for a few percent on grey
  // values. stored: nothing gets smaller, but the format's checksum guards it.
  enum class Effort { stored = 0, fastest = 1 };

  // Called with packed bytes in order, in the caller's thread.
  using Emit = std::function<void(std::span<const std::byte>)>;

  GzipPacker(int threads, Effort effort, Emit emit);

  void begin();
  void write(std::span<const std::byte> bytes);
  void finish();

 private:
  int threads_;
  Effort effort_;
  Emit emit_;
  unsigned long checksum_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace fossilct
