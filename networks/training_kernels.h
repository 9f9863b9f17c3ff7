// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace fossilct {

// How training keeps its feature maps.
inline constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

namespace kernels {
struct KernelSet;
}

// Our own kernels in training: what convolved() and its like run by where they can, in fp32 on a
// CPU. nullptr: LibTorch's operations, whatever the tensors are. By default those of
// SliceEngine::best_instructions(), for the whole process.
const kernels::KernelSet* training_kernels();

// Keeps the process's freed memory for its next tensors in place of giving it back: a step of
// training asks for the same again, and the system clears pages that it hands out (a twentieth of a
// step). For programs that train; without effect where the C library is not GNU's.
void keep_freed_memory();

// For a gradient whose forward pass ran by our kernels, whatever a guard has chosen since.
const kernels::KernelSet& kernels_of_backward();

// Others for as long as it lives, for tests and measurements: not while another thread trains.
class TrainingKernelsGuard {
 public:
  explicit TrainingKernelsGuard(const kernels::KernelSet* kernels);
  ~TrainingKernelsGuard();
  TrainingKernelsGuard(const TrainingKernelsGuard&) = delete;
  TrainingKernelsGuard& operator=(const TrainingKernelsGuard&) = delete;

 private:
  const kernels::KernelSet* before_;
};

// The kernels for a tensor: nullptr where it is not fp32 on the CPU with four axes, is empty, or
// autocast would choose its type.
const kernels::KernelSet* training_kernels_for(const at::Tensor& x);

// An autograd function takes no undefined tensors: an empty one stands for it.
at::Tensor or_empty(const at::Tensor& tensor);
at::Tensor or_undefined(const at::Tensor& tensor);

// bf16 autocast of operations on the CPU by this thread, on or off for as long as it lives. Weights
// that were cast to bf16 are kept until the outermost one ends: one a step. (LibTorch's own calls
// for it differ between versions 1.13 and 2.)
class CpuAutocastGuard {
 public:
  explicit CpuAutocastGuard(bool enabled);
  ~CpuAutocastGuard();
  CpuAutocastGuard(const CpuAutocastGuard&) = delete;
  CpuAutocastGuard& operator=(const CpuAutocastGuard&) = delete;

 private:
  bool before_;
};
bool cpu_autocast_enabled();

}  // namespace fossilct
