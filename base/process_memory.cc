// SPDX-License-Identifier: Apache-2.0
#include "base/process_memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace fossilct {
namespace {

// The number behind a word of a file of the kernel's, in bytes.
std::int64_t bytes_behind(const char* path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word == name) {
      std::int64_t kilobytes = 0;
      file >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

std::optional<std::int64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;  // "max" is no number
}

}  // namespace

std::int64_t peak_resident_bytes() { return bytes_behind("/proc/self/status", "VmHWM:"); }

std::int64_t available_memory_bytes() {
  const std::int64_t machine = bytes_behind("/proc/meminfo", "MemAvailable:");
  const auto most = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  return most && used ? std::min(machine, std::max<std::int64_t>(0, *most - *used)) : machine;
}

}  // namespace fossilct
