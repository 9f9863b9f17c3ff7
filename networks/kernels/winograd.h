// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/kernels/direct.h"
#include "networks/kernels/winograd_points.h"

// Winograd's F(4x4, 3x3) of a task of tiles: all their input is transformed (V: [36][tile][channel]),
// multiplied by the weights (M: [36][panel][tile][output]) and transformed back. V and M lie in the
// scratch; each of the 36 starts a cache line after a multiple of the rest, or they would share the
// same few places of the cache.
namespace fossilct::kernels {
namespace {

constexpr Index cache_line = 16;  // numbers

template <typename Unit>
FOSSILCT_INLINE Index padded_tiles(Index tiles) {
  return (tiles + Unit::rows - 1) / Unit::rows * Unit::rows;
}

// The points and their powers.
struct Points {
  static constexpr double near = winograd_near, far = winograd_far;
  float p = static_cast<float>(near), q = static_cast<float>(far);
  float pp = static_cast<float>(near * near), qq = static_cast<float>(far * far);
  float ppp = static_cast<float>(near * near * near), qqq = static_cast<float>(far * far * far);
};

// Rows of B^T applied to d[0], d[stride], ... ; see winograd_points.h.
template <int width>
FOSSILCT_INLINE void transform_input_line(const Vector<width> (&d)[6], Vector<width> (&v)[6]) {
  constexpr Points at;
  constexpr float p = at.p, q = at.q, pp = at.pp, qq = at.qq;
  const Vector<width> even_p = d[4] - qq * d[2], odd_p = d[3] - qq * d[1];
  const Vector<width> even_q = d[4] - pp * d[2], odd_q = d[3] - pp * d[1];
  v[0] = d[0] + (d[4] - (pp + qq) * d[2]);
  v[1] = even_p + p * odd_p;
  v[2] = even_p - p * odd_p;
  v[3] = even_q + q * odd_q;
  v[4] = even_q - q * odd_q;
  v[5] = d[1] + (d[5] - (pp + qq) * d[3]);
}

// Rows of A^T.
template <int width>
FOSSILCT_INLINE void transform_output_line(const Vector<width> (&m)[6], Vector<width> (&y)[4]) {
  constexpr Points at;
  const Vector<width> sum_p = m[1] + m[2], difference_p = m[1] - m[2];
  const Vector<width> sum_q = m[3] + m[4], difference_q = m[3] - m[4];
  y[0] = m[0] + sum_p + sum_q;
  y[1] = at.p * difference_p + at.q * difference_q;
  y[2] = at.pp * sum_p + at.qq * sum_q;
  y[3] = at.ppp * difference_p + (at.qqq * difference_q + m[5]);
}

// Of the 6 lines or columns of a tile of an enlarged value, 1 and 2 are the same, as are 3 and 4.
template <bool upsample>
FOSSILCT_INLINE constexpr int source_of(int line) {
  return upsample ? (line + 1) / 2 : line;
}

// `from`: the tile's first pixel; `to`: its place in V, `position` numbers apart.
template <int width, bool upsample>
FOSSILCT_INLINE void transform_input(const float* from, Index row, Index pixel, float* to,
                                     Index position) {
  constexpr int columns = upsample ? 4 : 6;
  Vector<width> half[6][columns];
#pragma GCC unroll 6
  for (int x = 0; x < columns; ++x) {
    Vector<width> d[6], v[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      load<width>(d[y], from + source_of<upsample>(y) * row + x * pixel);
    }
    transform_input_line<width>(d, v);
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      half[y][x] = v[y];
    }
  }
#pragma GCC unroll 6
  for (int y = 0; y < 6; ++y) {
    Vector<width> d[6], v[6];
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      d[x] = half[y][source_of<upsample>(x)];
    }
    transform_input_line<width>(d, v);
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      store<width>(to + (y * 6 + x) * position, v[x]);
    }
  }
}

template <int width, bool upsample>
void transform_operand(const WinogradConv& conv, const WinogradOperand& operand,
                       const WinogradTask& task, float* to, Index position) {
  constexpr Index step = upsample ? 2 : 4;
  for (Index t = 0; t < task.tiles; ++t) {
    const Index tile = task.first_tile + t;
    const Index ty = tile / conv.tiles_in_row, tx = tile % conv.tiles_in_row;
    const float* from = operand.first + step * (ty * operand.row + tx * operand.pixel);
    for (int c = 0; c < operand.channels; c += width) {
      transform_input<width, upsample>(from + c, operand.row, operand.pixel,
                                       to + t * conv.channels + c, position);
    }
  }
}

// `from`: the tile's place in M, `position` numbers apart.
template <int width>
FOSSILCT_INLINE void transform_output(const float* from, Index position, Vector<width> (&out)[4][4]) {
  Vector<width> half[4][6];
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    Vector<width> m[6], y[4];
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      load<width>(m[i], from + (i * 6 + x) * position);
    }
    transform_output_line<width>(m, y);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      half[i][x] = y[i];
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    transform_output_line<width>(half[i], out[i]);
  }
}

template <int width>
void store_tile(const WinogradConv& conv, Index tile, int output, const float* from,
                Index position) {
  Vector<width> out[4][4];
  transform_output<width>(from, position, out);
  const Index row = tile / conv.tiles_in_row * 4, column = tile % conv.tiles_in_row * 4;
  const Index rows = conv.height - row < 4 ? conv.height - row : 4;
  const Index columns = conv.width - column < 4 ? conv.width - column : 4;
  for (Index y = 0; y < rows; ++y) {
    for (Index x = 0; x < columns; ++x) {
      finish<width, float>(conv.end, row + y, column + x, output, out[y][x]);
    }
  }
}

template <typename Unit, int vectors>
FOSSILCT_INLINE void multiply_panel(const Run& run, Index tiles, const float* weights, float* sums) {
  for (Index t = 0; t < tiles; t += Unit::rows) {
    Unit::template multiply<vectors>(&run, 1, 0, t, weights, sums + t * vectors * Unit::width);
  }
}

template <typename Unit>
void winograd(const WinogradConv& conv, const WinogradTask& task) {
  constexpr int width = Unit::width, panel = 2 * width;
  const Index tiles = padded_tiles<Unit>(task.tiles);
  const Index v_position = tiles * conv.channels + cache_line;
  const Index m_position = tiles * task.outputs + cache_line;
  float* const v = task.scratch;
  float* const m = v + 36 * v_position;
  if (!task.keep_input) {
    float* to = v;
    for (int i = 0; i < conv.operand_count; ++i) {
      const WinogradOperand& operand = conv.operands[i];
      if (operand.upsample) {
        transform_operand<width, true>(conv, operand, task, to, v_position);
      } else {
        transform_operand<width, false>(conv, operand, task, to, v_position);
      }
      to += operand.channels;
    }
  }
  const Index end = task.first_output + task.outputs;
  for (Index position = 0; position < 36; ++position) {
    const Run run{v + position * v_position, 0, conv.channels, conv.channels};
    const float* weights = conv.weights + position * conv.channels * conv.outputs;
    float* sums = m + position * m_position;
    Index output = task.first_output;
    for (; output + panel <= end; output += panel, sums += tiles * panel) {
      multiply_panel<Unit, 2>(run, tiles, weights + output * conv.channels, sums);
    }
    if (output < end) {
      multiply_panel<Unit, 1>(run, tiles, weights + output * conv.channels, sums);
    }
  }
  for (Index t = 0; t < task.tiles; ++t) {
    for (Index done = 0; done < task.outputs; done += width) {
      const Index in_panel = done / panel * panel;
      const Index panel_width = task.outputs - in_panel < panel ? width : panel;
      const float* from = m + tiles * in_panel + t * panel_width + (done - in_panel);
      store_tile<width>(conv, task.first_tile + t, static_cast<int>(task.first_output + done), from,
                        m_position);
    }
  }
}

}  // namespace
}  // namespace fossilct::kernels
