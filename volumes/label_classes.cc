// SPDX-License-Identifier: Apache-2.0
#include "volumes/label_classes.h"

#include <cstdio>

#include "base/error.h"

namespace fossilct {

namespace {

std::string hex_of(const std::array<std::uint8_t, 3>& colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour[0], colour[1], colour[2]);
  return text.data();
}

std::array<std::uint8_t, 3> colour_of(const std::string& hex) {
  unsigned int r = 0;
  unsigned int g = 0;
  unsigned int b = 0;
  if (hex.size() != 7 || std::sscanf(hex.c_str(), "#%2x%2x%2x", &r, &g, &b) != 3) {
    throw Error(ErrorKind::format, "class colour '" + hex + "': expected #rrggbb");
  }
  return {static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b)};
}

}  // namespace

Json to_json(const std::vector<LabelClass>& classes) {
  Json list = Json::array();
  for (const LabelClass& c : classes) {
    list.push_back({{"value", c.value}, {"name", c.name}, {"colour", hex_of(c.colour)}});
  }
  return list;
}

std::vector<LabelClass> label_classes_from_json(const Json& json) {
  std::vector<LabelClass> classes;
  try {
    for (const Json& c : json) {
      classes.push_back({c.at("value").get<std::int64_t>(), c.at("name").get<std::string>(),
                         colour_of(c.at("colour").get<std::string>())});
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::format, std::string("class table: ") + error.what());
  }
  return classes;
}

}  // namespace fossilct
