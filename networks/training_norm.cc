// SPDX-License-Identifier: Apache-2.0
#include "networks/training_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "networks/engine/instruction_sets.h"
#include "networks/engine/slice_engine_tasks.h"
#include "networks/training_kernels.h"

namespace fossilct {
namespace {

using kernels::Index;
using kernels::NormPass;

Index pixels_of(const at::Tensor& x) { return x.size(0) * x.size(2) * x.size(3); }

// Calls run(pass, ...) for all pixels, block after block; gives the blocks' sums added up,
// [2][channels].
std::vector<double> run_pass(kernels::RunNormPass run, const NormPass& pass, Index pixels) {
  constexpr Index numbers_at_once = 1 << 14;
  const Index channels = pass.channels;
  const Index at_once = std::max<Index>(8, numbers_at_once / channels);
  const Index blocks = (pixels + at_once - 1) / at_once;
  std::vector<float> sums(static_cast<std::size_t>(2 * channels * blocks));
  slice_engine::run_tasks(blocks, std::max(1, at::get_num_threads()), [&](Index block, int) {
    const Index first = block * at_once;
    run(pass, first, std::min(at_once, pixels - first), sums.data() + 2 * channels * block);
  });
  std::vector<double> total(static_cast<std::size_t>(2 * channels));
  for (Index block = 0; block < blocks; ++block) {
    for (Index i = 0; i < 2 * channels; ++i) {
      total[static_cast<std::size_t>(i)] +=
          static_cast<double>(sums[static_cast<std::size_t>(2 * channels * block + i)]);
    }
  }
  return total;
}

// Of each channel, fp32.
struct Statistics {
  at::Tensor mean, inverse_deviation;
};

struct BatchStatistics {
  at::Tensor mean, variance;  // fp64; the variance is the biased one
};

BatchStatistics batch_statistics(const at::Tensor& x, const kernels::KernelSet& kernels) {
  NormPass pass;
  pass.x = x.data_ptr<float>();
  pass.center = pass.x;  // the first pixel
  pass.channels = static_cast<int>(x.size(1));
  const std::vector<double> sums = run_pass(kernels.norm_sums, pass, pixels_of(x));
  const auto pixels = static_cast<double>(pixels_of(x));
  BatchStatistics found{at::empty({x.size(1)}, at::kDouble), at::empty({x.size(1)}, at::kDouble)};
  for (Index c = 0; c < x.size(1); ++c) {
    const double offset = sums[static_cast<std::size_t>(c)] / pixels;
    const double square = sums[static_cast<std::size_t>(x.size(1) + c)] / pixels;
    found.mean.data_ptr<double>()[c] = static_cast<double>(pass.center[c]) + offset;
    found.variance.data_ptr<double>()[c] = square - std::min(square, offset * offset);
  }
  return found;
}

void bring_forward(torch::nn::BatchNorm2dImpl& norm, const BatchStatistics& batch, Index pixels) {
  norm.num_batches_tracked += 1;
  const auto momentum = norm.options.momentum();
  const double share =
      momentum.has_value() ? *momentum : 1.0 / norm.num_batches_tracked.item<double>();
  const auto count = static_cast<double>(pixels);
  norm.running_mean.copy_(norm.running_mean * (1 - share) + batch.mean * share);
  norm.running_var.copy_(norm.running_var * (1 - share) +
                         batch.variance * (share * count / (count - 1)));
}

// Those to normalise by, of the batch or the running ones.
Statistics statistics_for(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x,
                          const kernels::KernelSet& kernels) {
  const at::NoGradGuard no_gradients;
  const auto inverse = [&](const at::Tensor& variance) {
    return (variance.to(at::kDouble) + norm.options.eps()).rsqrt().to(at::kFloat);
  };
  if (!norm.is_training()) {
    return {norm.running_mean.clone(), inverse(norm.running_var)};
  }
  const BatchStatistics batch = batch_statistics(x, kernels);
  bring_forward(norm, batch, pixels_of(x));
  return {batch.mean.to(at::kFloat), inverse(batch.variance)};
}

struct NormFunction : torch::autograd::Function<NormFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& residual, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& mean,
                            const at::Tensor& inverse_deviation, bool relu, bool by_batch) {
    const at::Tensor scale = weight.detach() * inverse_deviation;
    const at::Tensor shift = bias.detach() - mean * scale;
    at::Tensor out = at::empty(x.sizes(), x.options(), channels_last);
    NormPass pass;
    pass.x = x.data_ptr<float>();
    pass.residual = residual.numel() > 0 ? residual.data_ptr<float>() : nullptr;
    pass.scale = scale.data_ptr<float>();
    pass.shift = shift.data_ptr<float>();
    pass.out = out.data_ptr<float>();
    pass.channels = static_cast<int>(x.size(1));
    pass.relu = relu;
    run_pass(training_kernels()->normalise, pass, pixels_of(x));
    context->save_for_backward({x, relu ? out : or_empty({}), weight, mean, inverse_deviation});
    context->saved_data["by_batch"] = by_batch;
    return out;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &out = saved[1], &weight = saved[2], &mean = saved[3];
    const at::Tensor gradient = gradients[0].contiguous(channels_last);
    const kernels::KernelSet& kernels = kernels_of_backward();
    NormPass pass;
    pass.x = x.data_ptr<float>();
    pass.gradient = gradient.data_ptr<float>();
    pass.value = out.numel() > 0 ? out.data_ptr<float>() : nullptr;
    pass.center = mean.data_ptr<float>();
    pass.channels = static_cast<int>(x.size(1));
    // The residual's gradient is what passes the ReLU, so the second pass can read it.
    at::Tensor of_residual = context->needs_input_grad(1) ? gradient : at::Tensor();
    if (of_residual.defined() && pass.value != nullptr) {
      of_residual = at::empty_like(gradient);
      pass.out = of_residual.data_ptr<float>();
    }
    const std::vector<double> sums = run_pass(kernels.norm_gradient_sums, pass, pixels_of(x));
    if (pass.out != nullptr) {
      pass.gradient = pass.out;
      pass.value = nullptr;
    }
    const Parameters parameters(sums, weight, mean, saved[4],
                                context->saved_data["by_batch"].toBool() ? pixels_of(x) : 0);
    at::Tensor of_x;
    if (context->needs_input_grad(0)) {
      of_x = at::empty_like(x);
      pass.out = of_x.data_ptr<float>();
      pass.scale = parameters.scale.data();
      pass.slope = parameters.slope.data();
      pass.shift = parameters.shift.data();
      run_pass(kernels.norm_gradient, pass, pixels_of(x));
    }
    return {of_x,         of_residual,  parameters.of_weight, parameters.of_bias,
            at::Tensor(), at::Tensor(), at::Tensor(),         at::Tensor()};
  }

  // d = (x - mean) / deviation: the gradient of x is weight / deviation times
  // g - mean(g) - d mean(g d), the means left out where mean and deviation are not the batch's
  // (Ioffe and Szegedy 2015, arXiv 1502.03167, section 3).
  struct Parameters {
    at::Tensor of_weight, of_bias;
    std::vector<float> scale, slope, shift;

    Parameters(const std::vector<double>& sums, const at::Tensor& weight, const at::Tensor& mean,
               const at::Tensor& inverse_deviation, Index batch_pixels)
        : of_weight(at::empty_like(mean)), of_bias(at::empty_like(mean)) {
      const Index channels = mean.size(0);
      const at::Tensor weights = weight.contiguous();
      for (Index c = 0; c < channels; ++c) {
        const double sum = sums[static_cast<std::size_t>(c)];
        const double product = sums[static_cast<std::size_t>(channels + c)];
        const auto inverse = static_cast<double>(inverse_deviation.data_ptr<float>()[c]);
        const double factor = static_cast<double>(weights.data_ptr<float>()[c]) * inverse;
        const double share = batch_pixels > 0 ? 1 / static_cast<double>(batch_pixels) : 0;
        of_bias.data_ptr<float>()[c] = static_cast<float>(sum);
        of_weight.data_ptr<float>()[c] = static_cast<float>(product * inverse);
        scale.push_back(static_cast<float>(factor));
        slope.push_back(static_cast<float>(-factor * inverse * inverse * product * share));
        shift.push_back(static_cast<float>(-factor * sum * share));
      }
    }
  };
};

bool takes_our_kernels(const torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x,
                       const at::Tensor& residual, const kernels::KernelSet& kernels) {
  const bool fp32 = norm.weight.defined() && norm.weight.scalar_type() == at::kFloat &&
                    norm.running_mean.defined() && norm.running_mean.scalar_type() == at::kFloat &&
                    norm.weight.device().is_cpu();
  // One pixel has no variance: LibTorch says so.
  const bool has_variance = !norm.is_training() || pixels_of(x) > 1;
  const bool fits = !residual.defined() ||
                    (residual.sizes() == x.sizes() && residual.scalar_type() == at::kFloat);
  return fp32 && has_variance && fits && x.size(1) % kernels.width == 0 &&
         x.size(1) == norm.weight.size(0);
}

}  // namespace

at::Tensor normalised(const torch::nn::BatchNorm2d& norm, const at::Tensor& x, bool relu,
                      const at::Tensor& residual) {
  torch::nn::BatchNorm2dImpl& layer = *norm.ptr();
  const kernels::KernelSet* const kernels = training_kernels_for(x);
  if (kernels == nullptr || !takes_our_kernels(layer, x, residual, *kernels)) {
    at::Tensor out = layer.forward(x);
    out = residual.defined() ? out.add_(residual) : out;
    return relu ? out.relu_() : out;
  }
  const at::Tensor dense = x.contiguous(channels_last);
  const at::Tensor more = residual.defined() ? residual.contiguous(channels_last) : residual;
  const Statistics by = statistics_for(layer, dense.detach(), *kernels);
  return NormFunction::apply(dense, or_empty(more), layer.weight, layer.bias, by.mean,
                             by.inverse_deviation, relu, layer.is_training());
}

}  // namespace fossilct
