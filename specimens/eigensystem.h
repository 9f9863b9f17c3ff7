// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "volumes/vector_math.h"

namespace fossilct {

// Of a symmetric matrix (row-major), largest value first; the vectors are a right-handed system.
struct Eigensystem {
  std::array<double, 3> values{};
  std::array<Vector3, 3> vectors{};
};
Eigensystem eigensystem(Matrix3 symmetric);

}  // namespace fossilct
