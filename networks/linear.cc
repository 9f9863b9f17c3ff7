// SPDX-License-Identifier: Apache-2.0
#include "networks/linear.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include "networks/training_kernels.h"

namespace fossilct {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const bool by_onednn = at::globalContext().hasMKLDNN() && x.is_cpu() && x.numel() > 0 &&
                         x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
                         !cpu_autocast_enabled();
  if (!by_onednn) {
    return at::linear(x, weight, bias);
  }
  std::vector<std::int64_t> sizes = x.sizes().vec();
  const at::Tensor rows = x.reshape({-1, sizes.back()});
  sizes.back() = weight.size(0);
  return at::mkldnn_linear(rows.to_mkldnn(), weight, bias).to_dense().view(sizes);
}

}  // namespace fossilct
