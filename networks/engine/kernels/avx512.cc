// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma.
#include "networks/engine/kernels/max_pool.h"
#include "networks/engine/kernels/winograd.h"

namespace fossilct::kernels {
namespace {

using Fp32 = Fp32Unit<16, 12>;

}  // namespace

const KernelSet& avx512_fp32() {
  static constexpr KernelSet set{
      4, 16, 32, 1, 1, 12, direct<Fp32>, winograd<Fp32>, max_pool<16, float>};
  return set;
}

}  // namespace fossilct::kernels
