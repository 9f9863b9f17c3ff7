// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fossilct {

// Keeps the order in which keys were put in, so that files and --json output read as written.
using Json = nlohmann::ordered_json;

// Reading and writing of text stand in one place: a file that calls the library's own for itself
// takes three seconds longer to compile.

// Throws Error{format} for a text that is no JSON, saying where, or whose values lie more than 500
// deep: the library would go down into them by calls, until the stack is full.
Json parse_json(std::string_view text);
// Discarded (is_discarded()) for such a text.
Json try_parse_json(std::string_view text);

// On one line, or on lines indented by so many spaces. Text from files may be no UTF-8, which JSON
// can't hold: such bytes become U+FFFD.
std::string json_text(const Json& json, int indent = -1);
// On one line. Throws Error{format} for text that is no UTF-8.
std::string exact_json_text(const Json& json);
// On one line, all characters beyond ASCII as \uXXXX.
std::string json_ascii(const Json& json);

}  // namespace fossilct
