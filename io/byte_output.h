// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"

namespace fossilct {

// Private to `io`. A file written from its first byte to its last that appears under its name in
// finish(), through AtomicOutput. From begin_gzip() on, what is written is one gzip stream (zlib's
// level 1: higher levels take several times as long for a few percent on grey values). A function
// that has thrown leaves the object good for nothing but its destructor, which removes what was
// written. Errors are Error{file} with the final name and the system's reason.
class ByteOutput {
 public:
  ByteOutput(const std::filesystem::path& path, IfExists if_exists);
  ~ByteOutput();

  void begin_gzip();
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  void finish();

 private:
  class Gzip;

  void write_plain(std::span<const std::byte> bytes);

  AtomicOutput output_;
  int descriptor_ = -1;
  std::unique_ptr<Gzip> gzip_;
};

}  // namespace fossilct
