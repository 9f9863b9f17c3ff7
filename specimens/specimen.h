// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "specimens/measurement.h"
#include "volumes/grid.h"

namespace fossilct {

// One fossil as the catalogue keeps it.
struct Specimen {
  std::uint32_t id = 0;          // the value in the instance volume; never changes once given
  std::int64_t class_value = 0;  // of most of its voxels
  Box box;                       // smallest that holds it, in voxels of the scan
  Index3 first;                  // its first voxel in raster order
  std::int64_t voxels = 0;
  bool truncated = false;  // has a voxel in an outermost slice, row or column of the scan
  bool fragment = false;   // too small and too ragged for its kind
  bool split = false;      // touched others and was separated from them
  int reduction = 1;       // measured at 1 / reduction of the resolution (huge bodies)
  std::string infill;      // "open", "partly", "filled", "not resolvable", "" where not asked
  std::vector<Measurement> measurements;
};

}  // namespace fossilct
