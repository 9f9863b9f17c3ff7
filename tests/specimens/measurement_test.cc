// SPDX-License-Identifier: Apache-2.0
#include "specimens/measurement.h"

#include <doctest/doctest.h>

namespace fossilct {
namespace {

TEST_CASE("units follow the scan: micrometres, or voxel edges where nobody knows the voxel size") {
  CHECK(unit_text(Unit::length, true) == "um");
  CHECK(unit_text(Unit::volume, false) == "voxel3");
  CHECK(unit_text(Unit::per_volume, true) == "1/um3");
  CHECK(unit_text(Unit::count, true).empty());
  CHECK(unit_text(Unit::voxels, true) == "voxels");
}

}  // namespace
}  // namespace fossilct
