// SPDX-License-Identifier: Apache-2.0
#include "train/precision.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include <algorithm>

namespace fossilct {
namespace {

bool multiplies_tiles() {
  const std::vector<InstructionSet> sets = available_instruction_sets();
  return std::find(sets.begin(), sets.end(), InstructionSet::amx_bf16) != sets.end();
}

void set_cuda_autocast(bool on, at::ScalarType type) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(at::kCUDA, type);
  at::autocast::set_autocast_enabled(at::kCUDA, on);
#else
  at::autocast::set_autocast_gpu_dtype(type);
  at::autocast::set_enabled(on);
#endif
}

}  // namespace

Precision training_precision(Precision wanted, at::Device device) {
  if (wanted == Precision::automatic) {
    return device.is_cuda() || multiplies_tiles() ? Precision::bf16 : Precision::fp32;
  }
  if (wanted == Precision::fp16 && device.is_cpu()) {
    throw Error(ErrorKind::device,
                "precision fp16 needs a CUDA device; on a CPU there are fp32 and bf16");
  }
  return wanted;
}

Autocast::Autocast(at::Device device, Precision precision)
    : cuda_(device.is_cuda() && precision != Precision::fp32) {
  if (cuda_) {
    set_cuda_autocast(true, precision == Precision::bf16 ? at::kBFloat16 : at::kHalf);
  } else if (precision == Precision::bf16) {
    cpu_.emplace(true);
  }
}

Autocast::~Autocast() {
  if (cuda_) {
    at::autocast::clear_cache();
    set_cuda_autocast(false, at::kHalf);
  }
}

}  // namespace fossilct
