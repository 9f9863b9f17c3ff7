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

void set_autocast(at::Device device, bool on, at::ScalarType type) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(device.type(), type);
  at::autocast::set_autocast_enabled(device.type(), on);
#else
  if (device.is_cpu()) {
    at::autocast::set_autocast_cpu_dtype(type);
    at::autocast::set_cpu_enabled(on);
  } else {
    at::autocast::set_autocast_gpu_dtype(type);
    at::autocast::set_enabled(on);
  }
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
    : device_(device), on_(precision != Precision::fp32) {
  if (on_) {
    set_autocast(device_, true, precision == Precision::bf16 ? at::kBFloat16 : at::kHalf);
  }
}

Autocast::~Autocast() {
  if (on_) {
    at::autocast::clear_cache();
    set_autocast(device_, false, device_.is_cpu() ? at::kBFloat16 : at::kHalf);
  }
}

}  // namespace fossilct
