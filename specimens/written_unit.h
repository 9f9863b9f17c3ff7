// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fossilct {

// A unit of files as people write it: "um3" is "µm³", "1/um" is "1/µm"; others stay as they are.
std::string written_unit(std::string_view unit);

}  // namespace fossilct
