// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/kernels.h"

// Vectors of the compiler (GCC, Clang), of a width the including file chooses. Everything here and
// in the headers that build on it lies in an unnamed namespace on purpose: these headers are
// compiled for several instruction sets, and a function shared between them could be one the
// processor lacks. For the same reason they include no standard header with code in it.
#define FOSSILCT_INLINE inline __attribute__((always_inline))

namespace fossilct::kernels {
namespace {

template <int width>
struct VectorOf {
  typedef float Type __attribute__((vector_size(width * 4)));
  typedef std::uint32_t Bits __attribute__((vector_size(width * 4)));
  typedef std::uint16_t Half __attribute__((vector_size(width * 2)));
  // As they lie in memory: at any address, whatever type they are read as.
  typedef float Unaligned __attribute__((vector_size(width * 4), aligned(4), may_alias));
  typedef std::uint32_t UnalignedBits
      __attribute__((vector_size(width * 4), aligned(2), may_alias));
  typedef std::uint16_t UnalignedHalf
      __attribute__((vector_size(width * 2), aligned(2), may_alias));
};

template <int width>
using Vector = typename VectorOf<width>::Type;

template <int width>
FOSSILCT_INLINE void load(Vector<width>& v, const float* from) {
  v = *reinterpret_cast<const typename VectorOf<width>::Unaligned*>(from);
}

template <int width>
FOSSILCT_INLINE void store(float* to, const Vector<width>& v) {
  *reinterpret_cast<typename VectorOf<width>::Unaligned*>(to) = v;
}

// bf16 is the upper half of an fp32.
template <int width>
FOSSILCT_INLINE void load(Vector<width>& v, const std::uint16_t* from) {
  using Bits = typename VectorOf<width>::Bits;
  const auto half = *reinterpret_cast<const typename VectorOf<width>::UnalignedHalf*>(from);
  const Bits bits = __builtin_convertvector(half, Bits) << 16;
  v = reinterpret_cast<Vector<width>>(bits);
}

// Rounds to the nearest, ties to even; what is no number stays none.
template <int width>
FOSSILCT_INLINE void store(std::uint16_t* to, const Vector<width>& v) {
  using Bits = typename VectorOf<width>::Bits;
  const auto bits = reinterpret_cast<Bits>(v);
  const Bits rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
  const auto kept = reinterpret_cast<Bits>(v == v);
  const Bits result = (rounded & kept) | (0x7fc0U & ~kept);
  *reinterpret_cast<typename VectorOf<width>::UnalignedHalf*>(to) =
      __builtin_convertvector(result, typename VectorOf<width>::Half);
}

// The first `count` lanes only.
template <int width>
FOSSILCT_INLINE void store_some(float* to, const Vector<width>& v, int count) {
  for (int i = 0; i < count; ++i) {
    to[i] = v[i];
  }
}

template <int width>
FOSSILCT_INLINE void relu(Vector<width>& v) {
  const Vector<width> zero = {};
  v = v < zero ? zero : v;  // keeps what is no number, as LibTorch does
}

// sum -> + bias [+ residual] [ReLU] -> memory; `width` outputs from number `output` on, of the
// pixel (row, column).
template <int width, typename Value>
FOSSILCT_INLINE void finish(const Epilogue& end, Index row, Index column, int output,
                            Vector<width> sum) {
  Vector<width> v;
  load<width>(v, end.bias + output);
  sum += v;
  if (end.residual != nullptr) {
    load<width>(v, static_cast<const Value*>(end.residual) + row * end.residual_row +
                       column * end.residual_pixel + output);
    sum += v;
  }
  if (end.relu) {
    relu<width>(sum);
  }
  if (end.planar == nullptr) {
    Value* to = static_cast<Value*>(end.out) + row * end.out_row + column * end.out_pixel + output;
    if constexpr (sizeof(Value) == sizeof(float)) {
      if (end.stored != 0 && end.stored - output < width) {
        store_some<width>(to, sum, end.stored - output);
        return;
      }
    }
    store<width>(to, sum);
    return;
  }
  float* to = end.planar + output * end.plane + row * end.planar_row + column * end.planar_pixel;
  const int wanted = end.channels - output < width ? end.channels - output : width;
  for (int i = 0; i < wanted; ++i) {
    to[i * end.plane] = sum[i];
  }
}

}  // namespace
}  // namespace fossilct::kernels
