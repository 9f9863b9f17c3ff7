// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fossilct {

// "0.1.0", semantic versioning; stored in every file we write.
std::string_view version();

}  // namespace fossilct
