// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fossilct {

// Most memory the process had resident so far, in bytes (Linux: VmHWM); 0 where that is not known.
std::int64_t peak_resident_bytes();

// Memory that the machine and the process's control group still have for it; 0 where that is not
// known.
std::int64_t available_memory_bytes();

}  // namespace fossilct
