// SPDX-License-Identifier: Apache-2.0
#include "specimens/measurement.h"

namespace fossilct {

std::string unit_text(Unit unit, bool spacing_known) {
  const std::string length = spacing_known ? "um" : "voxel";
  switch (unit) {
    case Unit::none:
    case Unit::count:
    case Unit::intensity:
      return "";
    case Unit::voxels:
      return "voxels";
    case Unit::length:
      return length;
    case Unit::area:
      return length + "2";
    case Unit::volume:
      return length + "3";
    case Unit::per_volume:
      return "1/" + length + "3";
  }
  return "";
}

}  // namespace fossilct
