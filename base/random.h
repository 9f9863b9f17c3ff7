// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fossilct {

// Random numbers that depend on a few integers alone and not on those drawn before: the n-th can be
// had without the others, on any thread, and there is no state to save.

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

// A few numbers one after the other, from a hash: as cheap to start as to draw.
class HashStream {
 public:
  explicit HashStream(std::uint64_t state) : state_(state) {}
  std::uint64_t bits() { return state_ = mix(state_); }
  double uniform() { return unit_interval(bits()); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  // 0 .. count - 1; count at least 1.
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(uniform() * static_cast<double>(count));
  }

 private:
  std::uint64_t state_;
};

}  // namespace fossilct
