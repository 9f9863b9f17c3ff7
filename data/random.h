// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "volumes/grid.h"

namespace fossilct::phantom {

// A bijective mix of 64 bits (the finaliser of SplitMix64; Steele, Lea and Flood 2014): noise that
// depends on a place alone, so that any voxel can be computed without those before it.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}
constexpr std::uint64_t hash(std::uint64_t seed, std::int64_t a, std::int64_t b = 0,
                             std::int64_t c = 0) {
  return mix(static_cast<std::uint64_t>(a) +
             mix(static_cast<std::uint64_t>(b) + mix(static_cast<std::uint64_t>(c) + mix(seed))));
}

// [0, 1) from the upper 53 bits.
constexpr double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}
// Mean 0, standard deviation 1: the sum of the four 16-bit parts (Irwin-Hall), which has no tails
// beyond 3.5 and needs no logarithm.
constexpr float normal(std::uint64_t bits) {
  const auto sum = static_cast<std::int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                             (bits >> 32 & 0xffff) + (bits >> 48));
  return static_cast<float>(sum - 131070) * (1 / 37837.2F);
}

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
class HashStream {
 public:
  explicit HashStream(std::uint64_t state) : state_(state) {}
  double uniform(double low, double high) {
    state_ = mix(state_);
    return low + (high - low) * unit_interval(state_);
  }
  Matrix3 rotation() {
    return random_rotation([this](double low, double high) { return uniform(low, high); });
  }

 private:
  std::uint64_t state_;
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
