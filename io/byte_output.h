// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "base/atomic_file.h"
#include "io/gzip_packer.h"

namespace fossilct {

// Private to `io`. A file written from its first byte to its last that appears under its name in
// finish(), through AtomicOutput. From begin_gzip() on, what is written is one gzip stream. A
// function that has thrown leaves the object good for nothing but its destructor, which removes
// what was written. Errors are Error{file} with the final name and the system's reason.
class ByteOutput {
 public:
  ByteOutput(const std::filesystem::path& path, IfExists if_exists);
  ~ByteOutput();

  void begin_gzip(int threads);
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  void finish();

 private:
  void write_plain(std::span<const std::byte> bytes);

  AtomicOutput output_;
  int descriptor_ = -1;
  std::optional<GzipPacker> gzip_;
};

}  // namespace fossilct
