// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma.
#include "networks/engine/kernels/kernel_set.h"

namespace fossilct::kernels {
namespace {

using Fp32 = Fp32Unit<16, 12>;

}  // namespace

const KernelSet& avx512_fp32() {
  static constexpr KernelSet set = kernel_set<Fp32>();
  return set;
}

}  // namespace fossilct::kernels
