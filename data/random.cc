// SPDX-License-Identifier: Apache-2.0
#include "data/random.h"

#include <cmath>

#include "data/exact_math.h"

namespace fossilct::phantom {

std::int64_t Random::integer(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(uniform() * static_cast<double>(high - low + 1));
}

Vector3 Random::direction() {
  for (;;) {
    const double x = uniform(-1, 1);
    const double y = uniform(-1, 1);
    const double z = uniform(-1, 1);
    const double squared = x * x + y * y + z * z;
    if (squared > 1e-4 && squared <= 1) {
      return (1 / std::sqrt(squared)) * Vector3{x, y, z};
    }
  }
}

}  // namespace fossilct::phantom
