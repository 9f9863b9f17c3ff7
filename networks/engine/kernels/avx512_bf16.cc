// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512bf16 and what avx512.cc has.
#include <immintrin.h>

#include "networks/engine/kernels/direct.h"
#include "networks/engine/kernels/max_pool.h"

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
  static constexpr KernelSet set{
      2, 16, 32, 2, 2, 12, direct<Bf16>, nullptr, max_pool<16, std::uint16_t>};
  return set;
}

}  // namespace fossilct::kernels
