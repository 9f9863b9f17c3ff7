// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/max_pool.h"
#include "networks/engine/kernels/winograd.h"

namespace fossilct::kernels {
namespace {

// The kernels made of one Unit (see direct.h), whose numbers say all else. `run_direct`: where more
// than direct<Unit> is to be done.
template <typename Unit>
constexpr KernelSet kernel_set(decltype(KernelSet::direct) run_direct = direct<Unit>) {
  using Value = typename Unit::Value;
  KernelSet set{sizeof(Value), Unit::width, 2 * Unit::width,
                Unit::depth,   Unit::pair,  Unit::rows,
                run_direct,    nullptr,     max_pool<Unit::width, Value>};
  if constexpr (sizeof(Value) == sizeof(float)) {
    set.winograd = winograd<Unit>;
  }
  return set;
}

}  // namespace
}  // namespace fossilct::kernels
