// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx2 -mfma.
#include "networks/engine/kernels/kernel_set.h"

namespace fossilct::kernels {
namespace {

using Fp32 = Fp32Unit<8, 6>;
using Bf16 = PairUnit<EmulatedPairs, 3>;

}  // namespace

const KernelSet& avx2_fp32() {
  static constexpr KernelSet set = kernel_set<Fp32>();
  return set;
}

const KernelSet& avx2_bf16() {
  static constexpr KernelSet set = kernel_set<Bf16>();
  return set;
}

}  // namespace fossilct::kernels
