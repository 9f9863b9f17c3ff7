// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/vectors.h"

namespace fossilct::kernels {
namespace {

// The larger of two, or what is no number where one of them is none.
template <int width>
FOSSILCT_INLINE void keep_larger(Vector<width>& largest, const Vector<width>& v) {
  largest = ((v > largest) | (v != v)) ? v : largest;
}

template <int width, typename Value>
FOSSILCT_INLINE void pool_pixel(const MaxPool& pool, Index row, Index column) {
  const Index top = row * pool.stride - pool.padding, left = column * pool.stride - pool.padding;
  const Index y_end = top + pool.kernel < pool.height ? top + pool.kernel : pool.height;
  const Index x_end = left + pool.kernel < pool.width ? left + pool.kernel : pool.width;
  for (int c = 0; c < pool.channels; c += width) {
    Vector<width> largest = Vector<width>{} - __builtin_inff();
    for (Index y = top < 0 ? 0 : top; y < y_end; ++y) {
      for (Index x = left < 0 ? 0 : left; x < x_end; ++x) {
        Vector<width> v;
        load<width>(v, static_cast<const Value*>(pool.first) + y * pool.row + x * pool.pixel + c);
        keep_larger<width>(largest, v);
      }
    }
    store<width>(static_cast<Value*>(pool.out) + row * pool.out_row + column * pool.out_pixel + c,
                 largest);
  }
}

template <int width, typename Value>
void max_pool(const MaxPool& pool, Index first_row, Index end_row) {
  for (Index row = first_row; row < end_row; ++row) {
    for (Index column = 0; column < pool.out_width; ++column) {
      pool_pixel<width, Value>(pool, row, column);
    }
  }
}

}  // namespace
}  // namespace fossilct::kernels
