// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/winograd.h"

// The gradient of transformed weights over a task of tiles. V is what winograd.h has, but with a
// cache line between the tiles: they are read channel by channel, and would share a few places of
// the cache where the channels are a power of two. The output's gradient is transformed by A into
// [36][panel][tile][output].
namespace fossilct::kernels {
namespace {

// Rows of A.
template <int width>
FOSSILCT_INLINE void transform_gradient_line(const Vector<width> (&y)[4], Vector<width> (&m)[6]) {
  constexpr Points at;
  const Vector<width> even_p = y[0] + at.pp * y[2], odd_p = at.p * y[1] + at.ppp * y[3];
  const Vector<width> even_q = y[0] + at.qq * y[2], odd_q = at.q * y[1] + at.qqq * y[3];
  m[0] = y[0];
  m[1] = even_p + odd_p;
  m[2] = even_p - odd_p;
  m[3] = even_q + odd_q;
  m[4] = even_q - odd_q;
  m[5] = y[3];
}

template <int width>
FOSSILCT_INLINE void transform_gradient(const float* from, Index row, Index pixel, float* to,
                                        Index position) {
  transform_tile<width, 4, 6, transform_gradient_line<width>>(
      [&](Vector<width>& v, int y, int x) { load<width>(v, from + y * row + x * pixel); },
      [&](int y, int x, const Vector<width>& m) { store<width>(to + (y * 6 + x) * position, m); });
}

template <int width>
__attribute__((noinline)) void transform_gradients(const WinogradGradient& gradient,
                                                   const WinogradGradientTask& task, float* to,
                                                   Index position, float* gathered) {
  constexpr Index panel = 2 * width;
  const Index tiles = task.tiles, outputs = task.outputs;
  const WinogradOperand& value = gradient.gradient;
  for (Index t = 0; t < tiles; ++t) {
    const TilePlace at = place_of(gradient.conv, task.first_tile + t);
    const TileSource from = tile_source(value, at.image, 4 * at.row, 4 * at.column, 4, gathered);
    for (Index done = 0; done < outputs; done += width) {
      if (done % cache_line == 0 && !from.gathered) {
        prefetch_pixels(from.first + task.first_output + done, from.row, from.pixel);
      }
      const Index in_panel = done / panel * panel;
      const Index panel_width = outputs - in_panel < panel ? width : panel;
      transform_gradient<width>(from.first + task.first_output + done, from.row, from.pixel,
                                to + tiles * in_panel + t * panel_width + (done - in_panel),
                                position);
    }
  }
}

// A panel of outputs of one position, all channels.
template <typename Unit, int vectors, bool add>
FOSSILCT_INLINE void sum_panel(const float* v, Index v_tile, Index channels, Index tiles,
                               const float* m, float* sums) {
  for (Index c = 0; c < channels; c += Unit::rows) {
    const Run run{v + c, 0, v_tile, tiles};
    Unit::template multiply<vectors, add, true>(&run, 1, 0, 0, m, sums + c * vectors * Unit::width);
  }
}

template <typename Unit, bool add>
__attribute__((noinline)) void sum_all(const WinogradGradient& gradient,
                                       const WinogradGradientTask& task, const float* v,
                                       Index v_position, Index v_tile, const float* m,
                                       Index m_position) {
  constexpr Index width = Unit::width, panel = 2 * width;
  const Index channels = gradient.conv.channels, tiles = task.tiles, outputs = task.outputs;
  const Index rows = (channels + Unit::rows - 1) / Unit::rows * Unit::rows;
  float* sums = task.sums;
  for (Index position = 0; position < 36; ++position) {
    const float* from = v + position * v_position;
    const float* by = m + position * m_position;
    Index output = 0;
    for (; output + panel <= outputs; output += panel, by += tiles * panel, sums += rows * panel) {
      sum_panel<Unit, 2, add>(from, v_tile, channels, tiles, by, sums);
    }
    if (output < outputs) {
      sum_panel<Unit, 1, add>(from, v_tile, channels, tiles, by, sums);
      sums += rows * width;
    }
  }
}

template <typename Unit>
void winograd_gradient(const WinogradGradient& gradient, const WinogradGradientTask& task) {
  const WinogradConv& conv = gradient.conv;
  const Index v_tile = conv.channels + cache_line;
  const Index v_position = task.tiles * v_tile + cache_line;
  const Index m_position = task.tiles * task.outputs + cache_line;
  float* const v = task.scratch;
  float* const m = v + 36 * v_position;
  float* const gathered = m + 36 * m_position;
  transform_all<Unit::width>(conv, task.first_tile, task.tiles, v, v_position, v_tile, gathered);
  transform_gradients<Unit::width>(gradient, task, m, m_position, gathered);
  if (task.add) {
    sum_all<Unit, true>(gradient, task, v, v_position, v_tile, m, m_position);
  } else {
    sum_all<Unit, false>(gradient, task, v, v_position, v_tile, m, m_position);
  }
}

}  // namespace
}  // namespace fossilct::kernels
