// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/direct.h"
#include "networks/engine/kernels/tile_transform.h"
#include "networks/engine/kernels/winograd_points.h"

// Winograd's F(4x4, 3x3) of a task of tiles: all their input is transformed (V:
// [36][tile][channel]), multiplied by the weights (M: [36][panel][tile][output]) and transformed
// back. V and M lie in the scratch; each of the 36 starts a cache line after a multiple of the
// rest, or they would share the same few places of the cache.
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

// The part of a tile that its left neighbour does not have.
template <bool upsample>
FOSSILCT_INLINE void prefetch_tile(const float* from, Index row, Index pixel) {
  constexpr int rows = upsample ? 4 : 6, columns = upsample ? 4 : 6;
#pragma GCC unroll 6
  for (int y = 0; y < rows; ++y) {
#pragma GCC unroll 6
    for (int x = 2; x < columns; ++x) {
      __builtin_prefetch(from + y * row + x * pixel);
    }
  }
}

// Where a tile lies: its image, and its place among the tiles of the image.
struct TilePlace {
  Index image, row, column;
};

FOSSILCT_INLINE TilePlace place_of(const WinogradConv& conv, Index tile) {
  const Index image = tile / conv.tiles_in_image, in_image = tile - image * conv.tiles_in_image;
  const Index row = in_image / conv.tiles_in_row;
  return {image, row, in_image - row * conv.tiles_in_row};
}

// size x size pixels from (top, left) of an image on, as far as they lie in it; zeros elsewhere and
// in padded channels. `to`: [size][size][channels].
inline void gather_tile(const WinogradOperand& operand, const float* image, Index top, Index left,
                        int size, float* to) {
  const auto pixel_bytes = static_cast<unsigned long>(operand.channels) * sizeof(float);
  const auto stored_bytes = static_cast<unsigned long>(operand.stored) * sizeof(float);
  for (Index y = top; y < top + size; ++y) {
    for (Index x = left; x < left + size; ++x, to += operand.channels) {
      if (y < 0 || y >= operand.height || x < 0 || x >= operand.width) {
        __builtin_memset(to, 0, pixel_bytes);
        continue;
      }
      __builtin_memcpy(to, image + y * operand.row + x * operand.pixel, stored_bytes);
      if (stored_bytes != pixel_bytes) {
        __builtin_memset(to + operand.stored, 0, pixel_bytes - stored_bytes);
      }
    }
  }
}

// A tile of an operand, ready to be read.
struct TileSource {
  const float* first;
  Index row, pixel;
  bool gathered;
};

// size x size pixels from (top, left) on, straight from memory where they are all there, else
// gathered in `gathered`.
FOSSILCT_INLINE TileSource tile_source(const WinogradOperand& operand, Index image, Index top,
                                       Index left, int size, float* gathered) {
  const float* const first = operand.first + image * operand.image;
  const bool whole = top >= 0 && left >= 0 && top + size <= operand.height &&
                     left + size <= operand.width && operand.stored == operand.channels;
  if (whole) {
    return {first + top * operand.row + left * operand.pixel, operand.row, operand.pixel, false};
  }
  gather_tile(operand, first, top, left, size, gathered);
  return {gathered, static_cast<Index>(size) * operand.channels, operand.channels, true};
}

// `to`: [36][tile][channel], `position` and `tile_numbers` apart. `gathered`: room for a tile.
template <int width, bool upsample>
void transform_operand(const WinogradConv& conv, const WinogradOperand& operand, Index first_tile,
                       Index tiles, float* to, Index position, Index tile_numbers,
                       float* gathered) {
  constexpr Index step = upsample ? 2 : 4;
  constexpr int size = upsample ? 4 : 6;
  const Index row = operand.row, pixel = operand.pixel, channels = operand.channels;
  const bool bordered = operand.height == 0;
  for (Index t = 0; t < tiles; ++t) {
    const TilePlace at = place_of(conv, first_tile + t);
    TileSource from{
        operand.first + at.image * operand.image + step * (at.row * row + at.column * pixel), row,
        pixel, false};
    if (!bordered) {
      from =
          tile_source(operand, at.image, step * at.row - 1, step * at.column - 1, size, gathered);
    }
    for (Index c = 0; c < channels; c += width) {
      if (c % cache_line == 0 && !from.gathered) {
        prefetch_tile<upsample>(from.first + step * pixel + c, row, pixel);
      }
      transform_input<width, upsample>(from.first + c, from.row, from.pixel,
                                       to + t * tile_numbers + c, position);
    }
  }
}

// `from`: the tile's place in M, `position` numbers apart.
template <int width>
FOSSILCT_INLINE void transform_output(const float* from, Index position,
                                      Vector<width> (&out)[4][4]) {
  transform_tile<width, 6, 4, transform_output_line<width>>(
      [&](Vector<width>& m, int y, int x) { load<width>(m, from + (y * 6 + x) * position); },
      [&](int y, int x, const Vector<width>& v) { out[y][x] = v; });
}

// A tile that lies inside the image and goes to a channels-last value: what nearly all are. The
// stride and pointers are copied first, or each store could have changed them, for all the compiler
// knows.
template <int width, bool with_residual>
FOSSILCT_INLINE void store_whole_tile(const Epilogue& end, Index row, Index column, int output,
                                      const Vector<width> (&sums)[4][4]) {
  const Index out_row = end.out_row, out_pixel = end.out_pixel;
  const Index residual_row = end.residual_row, residual_pixel = end.residual_pixel;
  float* to = static_cast<float*>(end.out) + row * out_row + column * out_pixel + output;
  const float* add = nullptr;
  if (with_residual) {
    add = static_cast<const float*>(end.residual) + row * residual_row + column * residual_pixel +
          output;
  }
  // Without ReLU nothing is less than the floor.
  const Vector<width> floor = Vector<width>{} - (end.relu ? 0 : __builtin_inff());
  Vector<width> bias;
  load<width>(bias, end.bias + output);
#pragma GCC unroll 4
  for (int y = 0; y < 4; ++y) {
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      Vector<width> sum = sums[y][x] + bias;
      if (with_residual) {
        Vector<width> more;
        load<width>(more, add + x * residual_pixel);
        sum += more;
      }
      sum = sum < floor ? floor : sum;
      store<width>(to + x * out_pixel, sum);
    }
    to += out_row;
    add += with_residual ? residual_row : 0;
  }
}

// The next cache line of each of a tile's pixels.
FOSSILCT_INLINE void prefetch_pixels(const float* from, Index row, Index pixel) {
#pragma GCC unroll 4
  for (int y = 0; y < 4; ++y) {
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      __builtin_prefetch(from + y * row + x * pixel + cache_line);
    }
  }
}

template <int width>
FOSSILCT_INLINE void prefetch_next_outputs(const Epilogue& end, Index row, Index column,
                                           int output) {
  if (output % cache_line != 0) {
    return;
  }
  prefetch_pixels(
      static_cast<const float*>(end.out) + row * end.out_row + column * end.out_pixel + output,
      end.out_row, end.out_pixel);
  if (end.residual != nullptr) {
    prefetch_pixels(static_cast<const float*>(end.residual) + row * end.residual_row +
                        column * end.residual_pixel + output,
                    end.residual_row, end.residual_pixel);
  }
}

// `end`: for the tile's image.
template <int width>
FOSSILCT_INLINE void store_tile(const WinogradConv& conv, const Epilogue& end, Index row,
                                Index column, int output, const float* from, Index position) {
  Vector<width> out[4][4];
  if (end.planar == nullptr && !end.halve) {
    prefetch_next_outputs<width>(end, row, column, output);
  }
  transform_output<width>(from, position, out);
  const Index rows = conv.height - row < 4 ? conv.height - row : 4;
  const Index columns = conv.width - column < 4 ? conv.width - column : 4;
  if (end.halve) {
    for (Index y = 0; y < rows; y += 2) {
      for (Index x = 0; x < columns; x += 2) {
        finish<width, float>(end, (row + y) / 2, (column + x) / 2, output,
                             out[y][x] + out[y][x + 1] + (out[y + 1][x] + out[y + 1][x + 1]));
      }
    }
    return;
  }
  const bool whole = rows == 4 && columns == 4 && (end.stored == 0 || output + width <= end.stored);
  if (end.planar == nullptr && whole) {
    if (end.residual != nullptr) {
      store_whole_tile<width, true>(end, row, column, output, out);
    } else {
      store_whole_tile<width, false>(end, row, column, output, out);
    }
    return;
  }
  for (Index y = 0; y < rows; ++y) {
    for (Index x = 0; x < columns; ++x) {
      finish<width, float>(end, row + y, column + x, output, out[y][x]);
    }
  }
}

template <typename Unit, int vectors, bool add>
FOSSILCT_INLINE void multiply_panel(const Run& run, Index tiles, const float* weights,
                                    float* sums) {
  for (Index t = 0; t < tiles; t += Unit::rows) {
    Unit::template multiply<vectors, add>(&run, 1, 0, t, weights, sums + t * vectors * Unit::width);
  }
}

// All input of some tiles, operand after operand.
template <int width>
__attribute__((noinline)) void transform_all(const WinogradConv& conv, Index first_tile,
                                             Index tiles, float* to, Index position,
                                             Index tile_numbers, float* gathered) {
  for (int i = 0; i < conv.operand_count; ++i) {
    const WinogradOperand& operand = conv.operands[i];
    if (operand.upsample) {
      transform_operand<width, true>(conv, operand, first_tile, tiles, to, position, tile_numbers,
                                     gathered);
    } else {
      transform_operand<width, false>(conv, operand, first_tile, tiles, to, position, tile_numbers,
                                      gathered);
    }
    to += operand.channels;
  }
}

// All panels of one position, for the channels of `run`, of which `first_channel` is the first.
template <typename Unit, bool add>
FOSSILCT_INLINE void multiply_position(const WinogradConv& conv, const WinogradTask& task,
                                       Index tiles, const Run& run, Index first_channel,
                                       const float* weights, float* sums) {
  constexpr int width = Unit::width, panel = 2 * width;
  const Index end = task.first_output + task.outputs;
  Index output = task.first_output;
  for (; output + panel <= end; output += panel, sums += tiles * panel) {
    multiply_panel<Unit, 2, add>(run, tiles,
                                 weights + output * conv.channels + first_channel * panel, sums);
  }
  if (output < end) {
    multiply_panel<Unit, 1, add>(run, tiles,
                                 weights + output * conv.channels + first_channel * width, sums);
  }
}

// Channels are taken some at a time, so that a panel of weights stays in the first-level cache.
template <typename Unit>
__attribute__((noinline)) void multiply_all(const WinogradConv& conv, const WinogradTask& task,
                                            Index tiles, const float* v, Index v_position, float* m,
                                            Index m_position) {
  constexpr Index channels_at_once = 2048 / Unit::width;
  for (Index position = 0; position < 36; ++position) {
    const float* weights = conv.weights + position * conv.channels * conv.outputs;
    for (Index c = 0; c < conv.channels; c += channels_at_once) {
      const Index left = conv.channels - c;
      const Run run{v + position * v_position + c, 0, conv.channels,
                    left < channels_at_once ? left : channels_at_once};
      float* sums = m + position * m_position;
      if (c == 0) {
        multiply_position<Unit, false>(conv, task, tiles, run, c, weights, sums);
      } else {
        multiply_position<Unit, true>(conv, task, tiles, run, c, weights, sums);
      }
    }
  }
}

template <int width>
__attribute__((noinline)) void store_all(const WinogradConv& conv, const WinogradTask& task,
                                         Index tiles, const float* m, Index position) {
  constexpr Index panel = 2 * width;
  const Index outputs = task.outputs;
  for (Index t = 0; t < task.tiles; ++t) {
    const TilePlace at = place_of(conv, task.first_tile + t);
    Epilogue end = conv.end;
    end.out = static_cast<float*>(end.out) + at.image * end.out_image;
    if (end.residual != nullptr) {
      end.residual = static_cast<const float*>(end.residual) + at.image * end.residual_image;
    }
    if (end.planar != nullptr) {
      end.planar += at.image * end.planar_image;
    }
    for (Index done = 0; done < outputs; done += width) {
      const Index in_panel = done / panel * panel;
      const Index panel_width = outputs - in_panel < panel ? width : panel;
      const float* from = m + tiles * in_panel + t * panel_width + (done - in_panel);
      store_tile<width>(conv, end, 4 * at.row, 4 * at.column,
                        static_cast<int>(task.first_output + done), from, position);
    }
  }
}

template <typename Unit>
void winograd(const WinogradConv& conv, const WinogradTask& task) {
  const Index tiles = padded_tiles<Unit>(task.tiles);
  const Index v_position = tiles * conv.channels + cache_line;
  const Index m_position = tiles * task.outputs + cache_line;
  float* const v = task.scratch;
  float* const m = v + 36 * v_position;
  if (!task.keep_input) {
    transform_all<Unit::width>(conv, task.first_tile, task.tiles, v, v_position, conv.channels,
                               m + 36 * m_position);
  }
  multiply_all<Unit>(conv, task, tiles, v, v_position, m, m_position);
  store_all<Unit::width>(conv, task, tiles, m, m_position);
}

}  // namespace
}  // namespace fossilct::kernels
