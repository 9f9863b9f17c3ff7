// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/vectors.h"

namespace fossilct::kernels {
namespace {

// A two-dimensional transform of a tile, `from` x `from` vectors to `to` x `to`: `line` along its
// columns, then along the rows of what that gives. get(vector, y, x) reads the tile,
// put(y, x, vector) takes the result.
template <int width, int from, int to,
          void (&line)(const Vector<width> (&)[from], Vector<width> (&)[to]), typename Get,
          typename Put>
FOSSILCT_INLINE void transform_tile(const Get& get, const Put& put) {
  Vector<width> half[to][from];
#pragma GCC unroll 6
  for (int x = 0; x < from; ++x) {
    Vector<width> in[from], out[to];
#pragma GCC unroll 6
    for (int y = 0; y < from; ++y) {
      get(in[y], y, x);
    }
    line(in, out);
#pragma GCC unroll 6
    for (int y = 0; y < to; ++y) {
      half[y][x] = out[y];
    }
  }
#pragma GCC unroll 6
  for (int y = 0; y < to; ++y) {
    Vector<width> out[to];
    line(half[y], out);
#pragma GCC unroll 6
    for (int x = 0; x < to; ++x) {
      put(y, x, out[x]);
    }
  }
}

}  // namespace
}  // namespace fossilct::kernels
