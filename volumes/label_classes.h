// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace fossilct {

// What a label value means and how it is drawn. Value 0 is background.
struct LabelClass {
  std::int64_t value = 0;
  std::string name;
  std::array<std::uint8_t, 3> colour{};  // sRGB
  friend bool operator==(const LabelClass&, const LabelClass&) = default;
};

// [{"value": 1, "name": "fossil", "colour": "#e8a33d"}, ...]; reading throws Error{format}.
Json to_json(const std::vector<LabelClass>& classes);
std::vector<LabelClass> label_classes_from_json(const Json& json);

}  // namespace fossilct
