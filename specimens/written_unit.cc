// SPDX-License-Identifier: Apache-2.0
#include "specimens/written_unit.h"

namespace fossilct {

std::string written_unit(std::string_view unit) {
  const std::string_view inverse = unit.starts_with("1/") ? "1/" : "";
  const std::string_view length = unit.substr(inverse.size());
  if (length != "um" && length != "um2" && length != "um3") {
    return std::string(unit);
  }
  const std::string_view power = length.substr(2);
  return std::string(inverse) + "\u00b5m" +
         (power == "2"   ? "\u00b2"
          : power == "3" ? "\u00b3"
                         : "");
}

}  // namespace fossilct
