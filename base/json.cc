// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/error.h"

namespace fossilct {

Json parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::format, std::string("is no JSON: ") + error.what());
  }
}

Json try_parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

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
