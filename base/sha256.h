// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/progress.h"

namespace fossilct {

// SHA-256 (FIPS 180-4) of a byte stream, by OpenSSL, which uses the processor's own instructions
// (over 1 GB/s; the `sha256sum` program is about five times slower).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  // 64 lower-case hexadecimal digits, as sha256sum prints; the object can't be used afterwards.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_of(std::string_view text);
// Reads the file once, 1 MiB at a time; throws Error{file}, and Cancelled through `progress`.
std::string sha256_of_file(const std::filesystem::path& path, const Progress& progress);

}  // namespace fossilct
