// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/error.h"

namespace fossilct {

namespace {

constexpr int deepest = 500;

bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Json parse_json(std::string_view text) {
  if (is_too_deep(text)) {
    throw Error(ErrorKind::format, "is no JSON of ours: values lie more than " +
                                       std::to_string(deepest) + " deep in each other");
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::format, std::string("is no JSON: ") + error.what());
  }
}

Json try_parse_json(std::string_view text) {
  return is_too_deep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string exact_json_text(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::format, std::string("can't be written as JSON: ") + error.what());
  }
}

std::string json_ascii(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace fossilct
