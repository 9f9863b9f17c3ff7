// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/kernels.h"
#include "networks/engine/slice_engine.h"

namespace fossilct {

// The kernels of an instruction set that is available; without bf16 instructions bf16 products are
// made of fp32 ones, and with them fp32 runs by AVX-512.
const kernels::KernelSet& kernels_of(InstructionSet set, bool bf16);

}  // namespace fossilct
