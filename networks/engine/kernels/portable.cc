// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/kernels/max_pool.h"
#include "networks/engine/kernels/winograd.h"

namespace fossilct::kernels {
namespace {

// One AMX multiplication after the other, by loops.
struct EmulatedTiles {
  template <int vectors>
  struct Block {
    float sums[32][vectors * 16];

    void zero() { __builtin_memset(sums, 0, sizeof(sums)); }
    void add(const std::uint16_t* a, Index pixel, const std::uint16_t* b) {
      for (int r = 0; r < 32; ++r) {
        for (int k = 0; k < 32; k += 2) {
          for (int n = 0; n < vectors * 16; ++n) {
            const std::uint16_t* pair = b + k * vectors * 16 + 2 * n;
            sums[r][n] += number(a[r * pixel + k + 1]) * number(pair[1]);
            sums[r][n] += number(a[r * pixel + k]) * number(pair[0]);
          }
        }
      }
    }
    void store(float* to) const { __builtin_memcpy(to, sums, sizeof(sums)); }

    static float number(std::uint16_t half) {
      const std::uint32_t bits = static_cast<std::uint32_t>(half) << 16;
      float value;
      __builtin_memcpy(&value, &bits, sizeof(value));
      return value;
    }
  };
};

using Fp32 = Fp32Unit<4, 6>;
using Bf16 = PairUnit<EmulatedPairs, 2>;
using Tiles = TileUnit<EmulatedTiles>;
using WideFp32 = Fp32Unit<16, 12>;
using WideBf16 = PairUnit<EmulatedPairs, 12>;

}  // namespace

const KernelSet& portable_fp32() {
  static constexpr KernelSet set{
      4, 4, 8, 1, 1, 6, direct<Fp32>, winograd<Fp32>, max_pool<4, float>};
  return set;
}

const KernelSet& portable_bf16() {
  static constexpr KernelSet set{
      2, 16, 32, 2, 2, 2, direct<Bf16>, nullptr, max_pool<16, std::uint16_t>};
  return set;
}

const KernelSet& emulated_avx512_fp32() {
  static constexpr KernelSet set{
      4, 16, 32, 1, 1, 12, direct<WideFp32>, winograd<WideFp32>, max_pool<16, float>};
  return set;
}

const KernelSet& emulated_avx512_bf16() {
  static constexpr KernelSet set{
      2, 16, 32, 2, 2, 12, direct<WideBf16>, nullptr, max_pool<16, std::uint16_t>};
  return set;
}

const KernelSet& emulated_amx_bf16() {
  static constexpr KernelSet set{
      2, 16, 32, 32, 2, 32, direct<Tiles>, nullptr, max_pool<16, std::uint16_t>};
  return set;
}

Index winograd_scratch(Index tiles, Index channels, Index outputs, Index rows) {
  const Index padded = (tiles + rows - 1) / rows * rows;
  return 36 * (padded * (channels + outputs) + 2 * cache_line);
}

}  // namespace fossilct::kernels
