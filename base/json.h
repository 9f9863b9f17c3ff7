// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace fossilct {

// Keeps the order in which keys were put in, so that files and --json output read as written.
using Json = nlohmann::ordered_json;

}  // namespace fossilct
