// SPDX-License-Identifier: Apache-2.0
#include "networks/training_kernels.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <atomic>

#include "networks/engine/instruction_sets.h"

namespace fossilct {
namespace {

const kernels::KernelSet& best_kernels() {
  static const kernels::KernelSet& best = kernels_of(SliceEngine::best_instructions(false), false);
  return best;
}

std::atomic<const kernels::KernelSet*>& chosen() {
  static std::atomic<const kernels::KernelSet*> kernels{&best_kernels()};
  return kernels;
}

}  // namespace

const kernels::KernelSet* training_kernels() { return chosen(); }

const kernels::KernelSet& kernels_of_backward() {
  const kernels::KernelSet* const kernels = training_kernels();
  return kernels != nullptr ? *kernels : best_kernels();
}

TrainingKernelsGuard::TrainingKernelsGuard(const kernels::KernelSet* kernels)
    : before_(chosen().exchange(kernels)) {}

TrainingKernelsGuard::~TrainingKernelsGuard() { chosen() = before_; }

at::Tensor or_empty(const at::Tensor& tensor) { return tensor.defined() ? tensor : at::empty({0}); }

at::Tensor or_undefined(const at::Tensor& tensor) {
  return tensor.numel() > 0 ? tensor : at::Tensor();
}

CpuAutocastGuard::CpuAutocastGuard(bool enabled) : before_(cpu_autocast_enabled()) {
  at::autocast::increment_nesting();
  c10::impl::tls_set_dispatch_key_excluded(c10::DispatchKey::AutocastCPU, !enabled);
}

CpuAutocastGuard::~CpuAutocastGuard() {
  c10::impl::tls_set_dispatch_key_excluded(c10::DispatchKey::AutocastCPU, !before_);
  if (at::autocast::decrement_nesting() == 0) {
    at::autocast::clear_cache();
  }
}

bool cpu_autocast_enabled() {
  return !c10::impl::tls_is_dispatch_key_excluded(c10::DispatchKey::AutocastCPU);
}

const kernels::KernelSet* training_kernels_for(const at::Tensor& x) {
  const bool ours = x.device().is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 &&
                    x.numel() > 0 && x.layout() == at::kStrided && !cpu_autocast_enabled();
  return ours ? training_kernels() : nullptr;
}

}  // namespace fossilct
