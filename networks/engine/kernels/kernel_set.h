// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/max_pool.h"
#include "networks/engine/kernels/winograd_gradient.h"
#include "networks/engine/kernels/winograd_weights.h"

namespace fossilct::kernels {
namespace {

// The kernels made of one Unit (see direct.h), whose numbers say all else. `run_direct`: where more
// than direct<Unit> is to be done.
template <typename Unit>
constexpr KernelSet kernel_set(decltype(KernelSet::direct) run_direct = direct<Unit>) {
  using Value = typename Unit::Value;
  KernelSet set{sizeof(Value), Unit::width, 2 * Unit::width,
                Unit::depth,   Unit::pair,  Unit::rows,
                run_direct,    nullptr,     max_pool<Unit::width, Value>,
                nullptr,       nullptr,     nullptr};
  if constexpr (sizeof(Value) == sizeof(float)) {
    set.winograd = winograd<Unit>;
    set.winograd_gradient = winograd_gradient<Unit>;
    set.transform_weights = transform_weights<Unit::width>;
    set.gradient_of_weights = gradient_of_weights<Unit::width>;
  }
  return set;
}

}  // namespace
}  // namespace fossilct::kernels
