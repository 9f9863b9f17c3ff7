// SPDX-License-Identifier: Apache-2.0
// Compiled with -mamx-tile -mamx-bf16 and what avx512.cc has.
#include <immintrin.h>

#include "networks/engine/kernels/kernel_set.h"

namespace fossilct::kernels {
namespace {

// The layout of the operand of LDTILECFG.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// Sums in tiles 0 to 3 (pixels 0-15: 0 and 1; pixels 16-31: 2 and 3), A in 4 and 5, B in 6 and 7.
// The compiler does not know that tiles carry values, so a Block is empty and there is but one.
struct MatrixTiles {
  template <int vectors>
  struct Block {
    FOSSILCT_INLINE void zero() {
      __asm__ volatile("" ::: "memory");  // GCC 12's tile loads do not say that they read memory
      _tile_zero(0);
      _tile_zero(2);
      if constexpr (vectors == 2) {
        _tile_zero(1);
        _tile_zero(3);
      }
    }
    FOSSILCT_INLINE void add(const std::uint16_t* a, Index pixel, const std::uint16_t* b) {
      constexpr int b_row = vectors * 16 * 2 * 2;
      _tile_loadd(6, b, b_row);
      _tile_loadd(4, a, pixel * 2);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(5, a + 16 * pixel, pixel * 2);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (vectors == 2) {
        _tile_loadd(7, b + 32, b_row);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
    FOSSILCT_INLINE void store(float* to) const {
      constexpr int row = vectors * 16 * 4;
      _tile_stored(0, to, row);
      _tile_stored(2, to + 16 * vectors * 16, row);
      if constexpr (vectors == 2) {
        _tile_stored(1, to + 16, row);
        _tile_stored(3, to + 16 * vectors * 16 + 16, row);
      }
    }
  };
};

void direct_with_tiles(const DirectConv& conv, Index first_row, Index end_row) {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) {
    shapes.row_bytes[tile] = 64;
    shapes.rows[tile] = 16;
  }
  // GCC 12 takes only the first 8 bytes for read.
  __asm__ volatile("" ::"r"(&shapes) : "memory");
  _tile_loadconfig(&shapes);
  direct<TileUnit<MatrixTiles>>(conv, first_row, end_row);
  _tile_release();
}

}  // namespace

const KernelSet& amx_bf16() {
  static constexpr KernelSet set = kernel_set<TileUnit<MatrixTiles>>(direct_with_tiles);
  return set;
}

}  // namespace fossilct::kernels
