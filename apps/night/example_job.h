// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fossilct {

// A job file with comments, to begin from: `fossilct run --example`.
std::string_view example_job();

}  // namespace fossilct
