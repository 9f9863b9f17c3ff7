// SPDX-License-Identifier: Apache-2.0
#include "train/process_memory.h"

#include <fstream>
#include <string>

namespace fossilct {

std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmHWM:") {
      std::int64_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

}  // namespace fossilct
