// SPDX-License-Identifier: Apache-2.0
#include "networks/training_convolution.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>

#include "networks/engine/instruction_sets.h"
#include "networks/engine/slice_engine_layout.h"
#include "networks/engine/winograd_tasks.h"
#include "networks/image_ops.h"
#include "networks/training_kernels.h"

namespace fossilct {
namespace {

using kernels::Index;
using slice_engine::round_up;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

// Kept from call to call: fresh memory costs more than the transforms that fill it.
struct Memory {
  slice_engine::ThreadScratch scratch;
  slice_engine::GradientMemory gradient;
  slice_engine::AlignedMemory weights;

  float* weights_of(Index numbers) {
    const std::size_t bytes = static_cast<std::size_t>(numbers) * sizeof(float);
    if (weights.bytes() < bytes) {
      weights = slice_engine::AlignedMemory();
      weights = slice_engine::AlignedMemory(bytes);
    }
    return weights.data<float>();
  }
};

Memory& memory() {
  static thread_local Memory memory;
  return memory;
}

int padded(Index channels, const kernels::KernelSet& kernels) {
  return static_cast<int>(round_up(channels, kernels.width));
}

// Of a dense channels-last tensor.
kernels::WinogradOperand operand_of(const at::Tensor& x, bool upsample,
                                    const kernels::KernelSet& kernels) {
  kernels::WinogradOperand operand;
  operand.first = x.data_ptr<float>();
  operand.pixel = x.size(1);
  operand.row = x.size(3) * operand.pixel;
  operand.image = x.size(2) * operand.row;
  operand.channels = padded(x.size(1), kernels);
  operand.stored = static_cast<int>(x.size(1));
  operand.height = x.size(2);
  operand.width = x.size(3);
  operand.upsample = upsample;
  return operand;
}

kernels::PlainWeights plain(const at::Tensor& weight) {
  return {weight.data_ptr<float>(),
          weight.stride(0),
          weight.stride(1),
          weight.stride(2),
          weight.stride(3),
          static_cast<int>(weight.size(0)),
          static_cast<int>(weight.size(1))};
}

// The weights of the gradient of `count` channels from `first` on: turned by 180 degrees, with
// outputs and channels in each other's place.
kernels::PlainWeights turned(const at::Tensor& weight, Index first, Index count) {
  const kernels::PlainWeights w = plain(weight);
  return {w.first + first * w.channel + 2 * (w.row + w.column),
          w.channel,
          w.output,
          -w.row,
          -w.column,
          static_cast<int>(count),
          w.outputs};
}

// Images of one convolution and the operands it reads.
struct Layer {
  const kernels::KernelSet& kernels;
  std::array<kernels::WinogradOperand, 2> operands;
  kernels::WinogradConv conv;
  Index images;
  int threads = std::max(1, at::get_num_threads());

  Layer(const at::Tensor& x, const at::Tensor& skip, bool upsample, Index outputs,
        const kernels::KernelSet& set)
      : kernels(set), images(x.size(0)) {
    const Index scale = upsample ? 2 : 1;
    operands[0] = operand_of(x, upsample, set);
    conv.channels = operands[0].channels;
    if (skip.defined()) {
      operands[1] = operand_of(skip, false, set);
      conv.channels += operands[1].channels;
    }
    conv.operand_count = skip.defined() ? 2 : 1;
    conv.outputs = padded(outputs, set);
    conv.height = scale * x.size(2);
    conv.width = scale * x.size(3);
    conv.tiles_in_row = (conv.width + 3) / 4;
    conv.tiles_in_image = conv.tiles_in_row * ((conv.height + 3) / 4);
  }

  void run(const kernels::PlainWeights& weights, const float* bias, bool halve, at::Tensor& out) {
    conv.operands = operands.data();
    const Index position = static_cast<Index>(conv.channels) * conv.outputs;
    const kernels::TransformedWeights transformed{memory().weights_of(36 * position), position,
                                                  conv.outputs, conv.channels};
    clear_padded_channels(transformed, weights.channels);
    slice_engine::transform_weights(weights, transformed, 0, kernels, threads);
    conv.weights = transformed.first;
    conv.end.bias = bias;
    conv.end.out = out.data_ptr<float>();
    conv.end.stored = static_cast<int>(out.size(1));
    conv.end.out_pixel = out.size(1);
    conv.end.out_row = out.size(3) * out.size(1);
    conv.end.out_image = out.size(2) * conv.end.out_row;
    conv.end.halve = halve;
    slice_engine::run_winograd(conv, images, kernels, threads, memory().scratch);
  }

 private:
  // The memory may hold anything, and 0 x NaN is none of 0.
  void clear_padded_channels(const kernels::TransformedWeights& weights, int channels) const {
    if (channels == weights.channels) {
      return;
    }
    for (Index position = 0; position < 36; ++position) {
      float* const first = weights.first + position * weights.position;
      for (Index start = 0; start < weights.outputs; start += kernels.panel) {
        const Index width = std::min<Index>(kernels.panel, weights.outputs - start);
        float* const panel = first + start * weights.channels;
        std::fill(panel + channels * width, panel + weights.channels * width, 0.0F);
      }
    }
  }
};

at::Tensor forward_of(const at::Tensor& x, const at::Tensor& skip, bool upsample,
                      const at::Tensor& weight, const at::Tensor& bias,
                      const kernels::KernelSet& kernels) {
  Layer layer(x, skip, upsample, weight.size(0), kernels);
  std::vector<float> padded_bias(static_cast<std::size_t>(layer.conv.outputs), 0.0F);
  if (bias.defined()) {
    const at::Tensor dense = bias.contiguous();
    std::copy_n(dense.data_ptr<float>(), dense.numel(), padded_bias.begin());
  }
  at::Tensor out = at::empty({x.size(0), weight.size(0), layer.conv.height, layer.conv.width},
                             x.options(), channels_last);
  layer.run(plain(weight), padded_bias.data(), false, out);
  return out;
}

// The gradient of an operand of `like`'s shape, whose channels are those from `first` on.
at::Tensor data_gradient(const at::Tensor& gradient, const at::Tensor& weight, Index first,
                         const at::Tensor& like, bool upsample, const kernels::KernelSet& kernels) {
  Layer layer(gradient, {}, false, like.size(1), kernels);
  const std::vector<float> no_bias(static_cast<std::size_t>(layer.conv.outputs), 0.0F);
  at::Tensor out = at::empty(like.sizes(), like.options(), channels_last);
  layer.run(turned(weight, first, like.size(1)), no_bias.data(), upsample, out);
  return out;
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& skip,
                           bool upsample, const at::Tensor& weight,
                           const kernels::KernelSet& kernels) {
  Layer layer(x, skip, upsample, weight.size(0), kernels);
  layer.conv.operands = layer.operands.data();
  const at::Tensor out = at::empty_like(weight);
  const kernels::WinogradGradient task{layer.conv, operand_of(gradient, false, kernels)};
  slice_engine::run_winograd_gradient(task, layer.images, plain(out), kernels, layer.threads,
                                      memory().gradient);
  return out;
}

struct WinogradConvolution : torch::autograd::Function<WinogradConvolution> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& skip, const at::Tensor& weight,
                            const at::Tensor& bias, bool upsample) {
    const at::Tensor dense = x.contiguous(channels_last);
    const at::Tensor dense_skip = skip.numel() > 0 ? skip.contiguous(channels_last) : skip;
    context->save_for_backward({dense, dense_skip, weight});
    context->saved_data["upsample"] = upsample;
    return forward_of(dense, or_undefined(dense_skip), upsample, weight, or_undefined(bias),
                      *training_kernels());
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[2], skip = or_undefined(saved[1]);
    const bool upsample = context->saved_data["upsample"].toBool();
    const at::Tensor gradient = gradients[0].contiguous(channels_last);
    const kernels::KernelSet& kernels = kernels_of_backward();
    at::Tensor of_x, of_skip, of_weight, of_bias;
    if (context->needs_input_grad(0)) {
      of_x = data_gradient(gradient, weight, 0, x, upsample, kernels);
    }
    if (context->needs_input_grad(1)) {
      of_skip = data_gradient(gradient, weight, x.size(1), skip, false, kernels);
    }
    if (context->needs_input_grad(2)) {
      of_weight = weight_gradient(gradient, x, skip, upsample, weight, kernels);
    }
    if (context->needs_input_grad(3)) {
      of_bias = gradient.sum({0, 2, 3});
    }
    return {of_x, of_skip, of_weight, of_bias, at::Tensor()};
  }
};

at::Tensor by_winograd(const at::Tensor& x, const at::Tensor& skip, const at::Tensor& weight,
                       const at::Tensor& bias, bool upsample) {
  return WinogradConvolution::apply(x, or_empty(skip), weight, or_empty(bias), upsample);
}

// Whether both are `one`.
bool all_are(const torch::ExpandingArray<2>& values, Index one) {
  return std::all_of(values->begin(), values->end(), [&](Index value) { return value == one; });
}

bool takes_winograd(const torch::nn::Conv2dImpl& conv) {
  const auto& options = conv.options;
  // Found by its argument: a variant of c10's before LibTorch 2, of std's since.
  const auto* padding = get_if<torch::ExpandingArray<2>>(&options.padding());
  return all_are(options.kernel_size(), 3) && all_are(options.stride(), 1) &&
         all_are(options.dilation(), 1) && options.groups() == 1 && padding != nullptr &&
         all_are(*padding, 1) && conv.weight.scalar_type() == at::kFloat &&
         conv.weight.device().is_cpu();
}

bool has_amx() {
  static const bool has = [] {
    const std::vector<InstructionSet> sets = available_instruction_sets();
    return std::find(sets.begin(), sets.end(), InstructionSet::amx_bf16) != sets.end();
  }();
  return has;
}

// See the header. Widths up to 544 have been seen to return.
bool would_hang(const torch::nn::Conv2dImpl& conv, const at::Tensor& x) {
  constexpr Index few_channels = 16, longest_width = 544;
  const bool bf16 = x.scalar_type() == at::kBFloat16 || cpu_autocast_enabled();
  return bf16 && x.device().is_cpu() && x.dim() == 4 && x.size(3) > longest_width &&
         std::min(conv.options.in_channels(), conv.options.out_channels()) <= few_channels &&
         all_are(conv.options.kernel_size(), 3) && has_amx();
}

at::Tensor convolved_in_fp32(const torch::nn::Conv2d& conv, const at::Tensor& x) {
  const CpuAutocastGuard off(false);
  torch::nn::Conv2dImpl& layer = *conv.ptr();
  const at::Tensor bias = layer.bias.defined() ? layer.bias.to(at::kFloat) : layer.bias;
  const at::Tensor weight = layer.weight.to(at::kFloat);
  if (takes_winograd(layer) && training_kernels() != nullptr) {
    return by_winograd(x.to(at::kFloat), {}, weight, bias, false).to(at::kBFloat16);
  }
  return at::conv2d(x.to(at::kFloat), weight, bias, *layer.options.stride(), at::IntArrayRef{1, 1})
      .to(at::kBFloat16);
}

}  // namespace

at::Tensor convolved(const torch::nn::Conv2d& conv, const at::Tensor& x) {
  torch::nn::Conv2dImpl& layer = *conv.ptr();
  if (would_hang(layer, x)) {
    return convolved_in_fp32(conv, x);
  }
  if (training_kernels_for(x) == nullptr || !takes_winograd(layer)) {
    return layer.forward(x);
  }
  return by_winograd(x, {}, layer.weight, layer.bias, false);
}

at::Tensor convolved_enlarged(const torch::nn::Conv2d& conv, const at::Tensor& x,
                              const at::Tensor& skip) {
  torch::nn::Conv2dImpl& layer = *conv.ptr();
  const kernels::KernelSet* const kernels = training_kernels_for(x);
  // With channels that fill no vector those of the skip would not follow in the padded ones.
  const bool ours = kernels != nullptr && takes_winograd(layer) &&
                    (!skip.defined() || x.size(1) % kernels->width == 0);
  if (!ours) {
    const at::Tensor large = enlarged(x);
    return convolved(conv, skip.defined() ? at::cat({large, skip}, 1) : large);
  }
  return by_winograd(x, skip, layer.weight, layer.bias, true);
}

}  // namespace fossilct
