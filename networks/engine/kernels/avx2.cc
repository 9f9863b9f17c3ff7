// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx2 -mfma.
#include "networks/engine/kernels/max_pool.h"
#include "networks/engine/kernels/winograd.h"

namespace fossilct::kernels {
namespace {

using Fp32 = Fp32Unit<8, 6>;
using Bf16 = PairUnit<EmulatedPairs, 3>;

}  // namespace

const KernelSet& avx2_fp32() {
  static constexpr KernelSet set{
      4, 8, 16, 1, 1, 6, direct<Fp32>, winograd<Fp32>, max_pool<8, float>};
  return set;
}

const KernelSet& avx2_bf16() {
  static constexpr KernelSet set{
      2, 16, 32, 2, 2, 3, direct<Bf16>, nullptr, max_pool<16, std::uint16_t>};
  return set;
}

}  // namespace fossilct::kernels
