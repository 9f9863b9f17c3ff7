// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/kernels/kernel_set.h"

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
  static constexpr KernelSet set = kernel_set<Fp32>();
  return set;
}

const KernelSet& portable_bf16() {
  static constexpr KernelSet set = kernel_set<Bf16>();
  return set;
}

const KernelSet& emulated_avx512_fp32() {
  static constexpr KernelSet set = kernel_set<WideFp32>();
  return set;
}

const KernelSet& emulated_avx512_bf16() {
  static constexpr KernelSet set = kernel_set<WideBf16>();
  return set;
}

const KernelSet& emulated_amx_bf16() {
  static constexpr KernelSet set = kernel_set<Tiles>();
  return set;
}

Index winograd_scratch(Index tiles, Index channels, Index outputs, Index rows) {
  const Index padded = (tiles + rows - 1) / rows * rows;
  return 36 * (padded * (channels + outputs) + 2 * cache_line + channels);
}

Index winograd_gradient_scratch(Index tiles, Index channels, Index outputs, Index rows) {
  return 36 * (tiles * (channels + outputs + cache_line) + 2 * cache_line + channels + outputs) +
         rows;
}

}  // namespace fossilct::kernels
