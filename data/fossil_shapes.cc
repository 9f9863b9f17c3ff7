// SPDX-License-Identifier: Apache-2.0
#include "data/fossil_shapes.h"

#include <cmath>

#include "data/exact_math.h"

namespace fossilct::phantom {

std::unique_ptr<FossilShape> make_shape(FossilKind kind, double length_voxels, Random& random) {
  switch (kind) {
    case FossilKind::planispiral:
      return make_planispiral(length_voxels, random);
    case FossilKind::trochospiral:
      return make_trochospiral(length_voxels, random);
    case FossilKind::biserial:
      return make_biserial(length_voxels, random);
    case FossilKind::milioline:
      return make_milioline(length_voxels, random);
    case FossilKind::ostracod:
      return make_ostracod(length_voxels, random);
    case FossilKind::radiolarian:
      return make_radiolarian(length_voxels, random);
    case FossilKind::diatom:
      return make_diatom(length_voxels, random);
  }
  __builtin_unreachable();
}

std::vector<Vector3> points_on_sphere(std::int64_t count) {
  constexpr double golden_turns = 0.38196601125010515;
  std::vector<Vector3> points;
  for (std::int64_t i = 0; i < count; ++i) {
    const double z = 1 - (2 * static_cast<double>(i) + 1) / static_cast<double>(count);
    const double r = std::sqrt(1 - z * z);
    const CosSin a = cos_sin_of_turns(golden_turns * static_cast<double>(i));
    points.push_back({r * a.cos, r * a.sin, z});
  }
  return points;
}

}  // namespace fossilct::phantom
