// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512bf16 and what avx512.cc has.
#include <immintrin.h>

#include "networks/engine/kernels/kernel_set.h"

namespace fossilct::kernels {
namespace {

struct Pairs {
  static FOSSILCT_INLINE void add(Vector<16>& sum, std::uint32_t a, const VectorOf<16>::Bits& b) {
    const __m512i all = _mm512_set1_epi32(static_cast<int>(a));
    sum = reinterpret_cast<Vector<16>>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum),
                                                        reinterpret_cast<__m512bh>(all),
                                                        reinterpret_cast<__m512bh>(b)));
  }
};

using Bf16 = PairUnit<Pairs, 12>;

}  // namespace

const KernelSet& avx512_bf16() {
  static constexpr KernelSet set = kernel_set<Bf16>();
  return set;
}

}  // namespace fossilct::kernels
