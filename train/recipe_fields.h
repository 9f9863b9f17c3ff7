// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace fossilct {

// The JSON of a recipe with one of its fields changed: `assignment` is "stages.1.batch=4" or
// "ema=0". Throws Error{option} that names --set, and the nearest field there is.
Json with_assignment(Json recipe, std::string_view assignment);

// Throws Error{option} that names the field, its value and what is expected, unless `holds`.
void require(bool holds, const std::string& field, const Json& value, const std::string& expected);

}  // namespace fossilct
