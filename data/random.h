// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "base/random.h"
#include "volumes/grid.h"

namespace fossilct::phantom {

// Uniform over all rotations: a unit quaternion drawn by rejection from the ball in four
// dimensions, without trigonometry. `draw(low, high)` gives uniform numbers.
template <typename Draw>
Matrix3 random_rotation(const Draw& draw) {
  for (;;) {
    const double a = draw(-1.0, 1.0);
    const double b = draw(-1.0, 1.0);
    const double c = draw(-1.0, 1.0);
    const double d = draw(-1.0, 1.0);
    const double n = a * a + b * b + c * c + d * d;
    if (n > 1e-4 && n <= 1) {
      const double s = 2 / n;
      return {1 - s * (c * c + d * d), s * (b * c - a * d),     s * (b * d + a * c),
              s * (b * c + a * d),     1 - s * (b * b + d * d), s * (c * d - a * b),
              s * (b * d - a * c),     s * (c * d + a * b),     1 - s * (b * b + c * c)};
    }
  }
}

// A few numbers that belong to a place, from its hash: cheap to start, unlike Random.
class HashStream : public fossilct::HashStream {
 public:
  using fossilct::HashStream::HashStream;
  Matrix3 rotation() {
    return random_rotation([this](double low, double high) { return uniform(low, high); });
  }
};

// A stream of numbers. The engine is fixed by the C++ standard, its distributions are not: so the
// distributions are ours.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return unit_interval(engine_()); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  std::int64_t integer(std::int64_t low, std::int64_t high);  // both included
  bool chance(double probability) { return uniform() < probability; }
  Vector3 direction();  // uniform on the unit sphere
  Matrix3 rotation() {
    return random_rotation([this](double low, double high) { return uniform(low, high); });
  }
  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fossilct::phantom
