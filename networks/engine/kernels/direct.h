// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/vectors.h"

// Convolution without a transform, as a product of matrices that is never laid out: a block of
// `rows` output pixels of one image row by a panel of outputs, summed over the runs. How a block is
// multiplied is the Unit's affair:
//   Unit::Value, width, rows, depth, pair, and
//   Unit::multiply<vectors>(runs, run_count, row, column, weights, sums)
// with sums as [rows][vectors * width]. A block reads `rows` pixels even where the row of the image
// ends before; values have room behind them for that, and those sums are dropped.
namespace fossilct::kernels {
namespace {

template <int Width, int Rows>
struct Fp32Unit {
  using Value = float;
  static constexpr int width = Width, rows = Rows, depth = 1, pair = 1;

  // `add`: to what `sums` holds. `transposed`: rows follow each other in memory and what is summed
  // over lies `pixel` apart.
  template <int vectors, bool add = false, bool transposed = false>
  static FOSSILCT_INLINE void multiply(const Run* runs, int run_count, Index row, Index column,
                                       const Value* weights, float* sums) {
    Vector<width> sum[rows][vectors] = {};
    if constexpr (add) {
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          load<width>(sum[r][v], sums + (r * vectors + v) * width);
        }
      }
    }
    for (int i = 0; i < run_count; ++i) {
      const Run& run = runs[i];
      const Index pixel = run.pixel;
      const float* a = static_cast<const float*>(run.first) + row * run.row + column * pixel;
      for (Index l = 0; l < run.length; ++l, weights += vectors * width) {
        Vector<width> b[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          load<width>(b[v], weights + v * width);
        }
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) {
            sum[r][v] += a[transposed ? l * pixel + r : r * pixel + l] * b[v];
          }
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        store<width>(sums + (r * vectors + v) * width, sum[r][v]);
      }
    }
  }
};

// Pairs of bf16 numbers: Product::add(sum, a, b) adds a.x * b.x + a.y * b.y in each of 16 lanes;
// `a` is one pair for all lanes.
template <typename Product, int Rows>
struct PairUnit {
  using Value = std::uint16_t;
  static constexpr int width = 16, rows = Rows, depth = 2, pair = 2;

  template <int vectors>
  static FOSSILCT_INLINE void multiply(const Run* runs, int run_count, Index row, Index column,
                                       const Value* weights, float* sums) {
    using Pairs = typename VectorOf<width>::UnalignedBits;
    Vector<width> sum[rows][vectors] = {};
    for (int i = 0; i < run_count; ++i) {
      const Run& run = runs[i];
      const Index pixel = run.pixel;
      const Value* a = static_cast<const Value*>(run.first) + row * run.row + column * pixel;
      for (Index l = 0; l < run.length; l += 2, weights += vectors * width * 2) {
        typename VectorOf<width>::Bits b[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          b[v] = *reinterpret_cast<const Pairs*>(weights + v * width * 2);
        }
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
          std::uint32_t one;
          __builtin_memcpy(&one, a + r * pixel + l, sizeof(one));
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) {
            Product::add(sum[r][v], one, b[v]);
          }
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        store<width>(sums + (r * vectors + v) * width, sum[r][v]);
      }
    }
  }
};

// What AVX512-BF16's dot product does, with shifts and fp32 multiplications.
struct EmulatedPairs {
  static FOSSILCT_INLINE void add(Vector<16>& sum, std::uint32_t a, const VectorOf<16>::Bits& b) {
    const VectorOf<16>::Bits low = b << 16, high = b & 0xffff0000U;
    const std::uint32_t a_low = a << 16, a_high = a & 0xffff0000U;
    float x, y;
    __builtin_memcpy(&x, &a_low, sizeof(x));
    __builtin_memcpy(&y, &a_high, sizeof(y));
    sum += y * reinterpret_cast<Vector<16>>(high);
    sum += x * reinterpret_cast<Vector<16>>(low);
  }
};

// bf16 by matrix tiles: Tiles::Block<vectors> holds sums of 32 pixels x vectors * 16 outputs and
// adds to them the product of A (32 pixels x 32 numbers, from memory with a stride) and B (32
// numbers in pairs x outputs).
template <typename Tiles>
struct TileUnit {
  using Value = std::uint16_t;
  static constexpr int width = 16, rows = 32, depth = 32, pair = 2;

  template <int vectors>
  static FOSSILCT_INLINE void multiply(const Run* runs, int run_count, Index row, Index column,
                                       const Value* weights, float* sums) {
    typename Tiles::template Block<vectors> block;
    block.zero();
    for (int i = 0; i < run_count; ++i) {
      const Run& run = runs[i];
      const Value* a = static_cast<const Value*>(run.first) + row * run.row + column * run.pixel;
      for (Index l = 0; l < run.length; l += depth, weights += vectors * width * depth) {
        block.add(a + l, run.pixel, weights);
      }
    }
    block.store(sums);
  }
};

// Whether sums can be continued, so that a panel's weights may be taken part by part.
template <typename Unit>
constexpr bool adds_to_sums = Unit::pair == 1;

// Numbers of weights that the first-level cache holds beside what they are multiplied with.
constexpr Index first_level = 6 << 10;
template <typename Unit, int vectors>
constexpr Index most_numbers = first_level / (vectors * Unit::width);

// `blocks` blocks from (row, column) on, into sums [block][rows][vectors * width].
template <typename Unit, int vectors>
FOSSILCT_INLINE void multiply_blocks(const DirectConv& conv, Index row, Index column, Index blocks,
                                     const typename Unit::Value* weights, float* sums) {
  constexpr Index block = Unit::rows * vectors * Unit::width;
  const Run* const runs = conv.runs;
  const int run_count = conv.run_count;
  if (blocks == 1 || !adds_to_sums<Unit>) {
    for (Index b = 0; b < blocks; ++b) {
      Unit::template multiply<vectors>(runs, run_count, row, column + b * Unit::rows, weights,
                                       sums + b * block);
    }
    return;
  }
  if constexpr (adds_to_sums<Unit>) {
    for (int i = 0; i < run_count; ++i) {
      for (Index done = 0; done < runs[i].length; done += most_numbers<Unit, vectors>) {
        Run part = runs[i];
        part.first = static_cast<const typename Unit::Value*>(part.first) + done;
        const Index left = part.length - done;
        part.length = left < most_numbers<Unit, vectors> ? left : most_numbers<Unit, vectors>;
        for (Index b = 0; b < blocks; ++b) {
          const Index at = column + b * Unit::rows;
          if (i == 0 && done == 0) {
            Unit::template multiply<vectors, false>(&part, 1, row, at, weights, sums + b * block);
          } else {
            Unit::template multiply<vectors, true>(&part, 1, row, at, weights, sums + b * block);
          }
        }
        weights += part.length * vectors * Unit::width;
      }
    }
  }
}

// A panel of weights that the first-level cache can't hold is taken part by part, each for several
// blocks.
template <typename Unit, int vectors>
FOSSILCT_INLINE void direct_panel(const DirectConv& conv, Index first_row, Index end_row,
                                  int output) {
  constexpr int width = Unit::width;
  constexpr Index most_blocks = adds_to_sums<Unit> ? 16 : 1;
  const bool by_runs = conv.depth * vectors * width > first_level;
  const Index step = (by_runs ? most_blocks : 1) * Unit::rows;
  const auto* weights =
      static_cast<const typename Unit::Value*>(conv.weights) + conv.depth * output;
  alignas(64) float sums[most_blocks * Unit::rows * vectors * width];
  for (Index row = first_row; row < end_row; ++row) {
    for (Index column = 0; column < conv.columns; column += step) {
      const Index left = conv.columns - column;
      const Index pixels = left < step ? left : step;
      const Index blocks = (pixels + Unit::rows - 1) / Unit::rows;
      multiply_blocks<Unit, vectors>(conv, row, column, blocks, weights, sums);
      for (Index r = 0; r < pixels; ++r) {
        for (int v = 0; v < vectors; ++v) {
          Vector<width> sum;
          load<width>(sum, sums + (r * vectors + v) * width);
          finish<width, typename Unit::Value>(conv.end, row, column + r, output + v * width, sum);
        }
      }
    }
  }
}

// Rows are taken a few at a time, so that what all panels read of them stays in the cache.
template <typename Unit>
void direct(const DirectConv& conv, Index first_row, Index end_row) {
  constexpr Index pixels_at_once = 256;
  constexpr int panel = 2 * Unit::width;
  const Index step = conv.columns >= pixels_at_once ? 1 : pixels_at_once / conv.columns;
  for (Index row = first_row; row < end_row; row += step) {
    const Index end = row + step < end_row ? row + step : end_row;
    int output = 0;
    for (; output + panel <= conv.outputs; output += panel) {
      direct_panel<Unit, 2>(conv, row, end, output);
    }
    if (output < conv.outputs) {
      direct_panel<Unit, 1>(conv, row, end, output);
    }
  }
}

}  // namespace
}  // namespace fossilct::kernels
