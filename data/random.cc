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

// A unit quaternion drawn by rejection from the ball in four dimensions, without trigonometry.
Matrix3 Random::rotation() {
  for (;;) {
    const double a = uniform(-1, 1);
    const double b = uniform(-1, 1);
    const double c = uniform(-1, 1);
    const double d = uniform(-1, 1);
    const double n = a * a + b * b + c * c + d * d;
    if (n > 1e-4 && n <= 1) {
      const double s = 2 / n;
      return {1 - s * (c * c + d * d), s * (b * c - a * d),     s * (b * d + a * c),
              s * (b * c + a * d),     1 - s * (b * b + d * d), s * (c * d - a * b),
              s * (b * d - a * c),     s * (c * d + a * b),     1 - s * (b * b + c * c)};
    }
  }
}

}  // namespace fossilct::phantom
