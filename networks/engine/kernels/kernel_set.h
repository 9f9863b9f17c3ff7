// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "networks/engine/kernels/batch_norm.h"
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
  KernelSet set{};
  set.value_bytes = sizeof(Value);
  set.width = Unit::width;
  set.panel = 2 * Unit::width;
  set.depth = Unit::depth;
  set.pair = Unit::pair;
  set.rows = Unit::rows;
  set.direct = run_direct;
  set.max_pool = max_pool<Unit::width, Value>;
  if constexpr (sizeof(Value) == sizeof(float)) {
    set.winograd = winograd<Unit>;
    set.winograd_gradient = winograd_gradient<Unit>;
    set.transform_weights = transform_weights<Unit::width>;
    set.gradient_of_weights = gradient_of_weights<Unit::width>;
    set.norm_sums = norm_pass<Unit::width, SumsOfChannels>;
    set.normalise = norm_pass<Unit::width, Normalisation>;
    set.norm_gradient_sums = norm_pass<Unit::width, SumsOfGradient>;
    set.norm_gradient = norm_pass<Unit::width, GradientOfNorm>;
  }
  return set;
}

}  // namespace
}  // namespace fossilct::kernels
