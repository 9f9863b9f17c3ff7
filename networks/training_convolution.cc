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

// The size of what is convolved beside the size of x. `halved`: a convolution of stride 2 is one of
// stride 1 of the four images of every second pixel (phases), with weights spread among them.
enum class Scale : std::int64_t { same, enlarged, halved };

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
  std::array<kernels::WinogradOperand, 4> operands;
  kernels::WinogradConv conv;
  Index images;
  int threads = std::max(1, at::get_num_threads());

  Layer(const at::Tensor& x, const at::Tensor& skip, Scale scale, Index outputs,
        const kernels::KernelSet& set)
      : kernels(set), images(x.size(0)) {
    if (scale == Scale::halved) {
      for (Index phase = 0; phase < 4; ++phase) {
        add(phase_of(operand_of(x, false, set), phase));
      }
    } else {
      add(operand_of(x, scale == Scale::enlarged, set));
    }
    if (skip.defined()) {
      add(operand_of(skip, false, set));
    }
    conv.outputs = padded(outputs, set);
    const Index factor = scale == Scale::enlarged ? 2 : 1;
    set_size(factor * operands[0].height, factor * operands[0].width);
  }

  void set_size(Index height, Index width) {
    conv.height = height;
    conv.width = width;
    conv.tiles_in_row = (width + 3) / 4;
    conv.tiles_in_image = conv.tiles_in_row * ((height + 3) / 4);
  }

  // Into all of `out`; `halve` as in Epilogue.
  void run(const kernels::PlainWeights& weights, const float* bias, bool halve, at::Tensor& out) {
    run(weights, bias, halve, operand_of(out, false, kernels));
  }

  void run(const kernels::PlainWeights& weights, const float* bias, bool halve,
           const kernels::WinogradOperand& out) {
    conv.operands = operands.data();
    const Index position = static_cast<Index>(conv.channels) * conv.outputs;
    const kernels::TransformedWeights transformed{memory().weights_of(36 * position), position,
                                                  conv.outputs, conv.channels};
    clear_padded_channels(transformed, weights.channels);
    slice_engine::transform_weights(weights, transformed, 0, kernels, threads);
    conv.weights = transformed.first;
    conv.end.bias = bias;
    conv.end.out = const_cast<float*>(out.first);
    conv.end.stored = out.stored;
    conv.end.out_pixel = out.pixel;
    conv.end.out_row = out.row;
    conv.end.out_image = out.image;
    conv.end.halve = halve;
    slice_engine::run_winograd(conv, images, kernels, threads, memory().scratch);
  }

  // Every second pixel of every second row, from (phase / 2, phase % 2) on.
  static kernels::WinogradOperand phase_of(kernels::WinogradOperand operand, Index phase) {
    const Index y = phase / 2, x = phase % 2;
    operand.first += y * operand.row + x * operand.pixel;
    operand.height = (operand.height + 1 - y) / 2;
    operand.width = (operand.width + 1 - x) / 2;
    operand.row *= 2;
    operand.pixel *= 2;
    return operand;
  }

 private:
  void add(const kernels::WinogradOperand& operand) {
    operands.at(static_cast<std::size_t>(conv.operand_count++)) = operand;
    conv.channels += operand.channels;
  }

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

at::Tensor forward_of(const at::Tensor& x, const at::Tensor& skip, Scale scale,
                      const at::Tensor& weight, const at::Tensor& bias,
                      const kernels::KernelSet& kernels) {
  Layer layer(x, skip, scale, weight.size(0), kernels);
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
                         const at::Tensor& like, Scale scale, const kernels::KernelSet& kernels) {
  Layer layer(gradient, {}, Scale::same, like.size(1), kernels);
  const std::vector<float> no_bias(static_cast<std::size_t>(layer.conv.outputs), 0.0F);
  at::Tensor out = at::empty(like.sizes(), like.options(), channels_last);
  if (scale != Scale::halved) {
    layer.run(turned(weight, first, like.size(1)), no_bias.data(), scale == Scale::enlarged, out);
    return out;
  }
  for (Index phase = 0; phase < 4; ++phase) {
    const auto pixels = Layer::phase_of(operand_of(out, false, kernels), phase);
    layer.set_size(pixels.height, pixels.width);
    layer.run(turned(weight, phase * like.size(1), like.size(1)), no_bias.data(), false, pixels);
  }
  return out;
}

at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& skip,
                           Scale scale, const at::Tensor& weight,
                           const kernels::KernelSet& kernels) {
  Layer layer(x, skip, scale, weight.size(0), kernels);
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
                            const at::Tensor& bias, std::int64_t scale) {
    const at::Tensor dense = x.contiguous(channels_last);
    const at::Tensor dense_skip = skip.numel() > 0 ? skip.contiguous(channels_last) : skip;
    context->save_for_backward({dense, dense_skip, weight});
    context->saved_data["scale"] = scale;
    return forward_of(dense, or_undefined(dense_skip), static_cast<Scale>(scale), weight,
                      or_undefined(bias), *training_kernels());
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[2], skip = or_undefined(saved[1]);
    const auto scale = static_cast<Scale>(context->saved_data["scale"].toInt());
    const at::Tensor gradient = gradients[0].contiguous(channels_last);
    const kernels::KernelSet& kernels = kernels_of_backward();
    at::Tensor of_x, of_skip, of_weight, of_bias;
    if (context->needs_input_grad(0)) {
      of_x = data_gradient(gradient, weight, 0, x, scale, kernels);
    }
    if (context->needs_input_grad(1)) {
      of_skip = data_gradient(gradient, weight, x.size(1), skip, Scale::same, kernels);
    }
    if (context->needs_input_grad(2)) {
      of_weight = weight_gradient(gradient, x, skip, scale, weight, kernels);
    }
    if (context->needs_input_grad(3)) {
      of_bias = gradient.sum({0, 2, 3});
    }
    return {of_x, of_skip, of_weight, of_bias, at::Tensor()};
  }
};

at::Tensor by_winograd(const at::Tensor& x, const at::Tensor& skip, const at::Tensor& weight,
                       const at::Tensor& bias, Scale scale) {
  return WinogradConvolution::apply(x, or_empty(skip), weight, or_empty(bias),
                                    static_cast<std::int64_t>(scale));
}

// Weights of stride 2 as those of stride 1 of the four phases: tap k reads pixel 2 i + k - 1 of x,
// which is pixel i + t - 1 of phase p with 2 t + p = k + 1.
at::Tensor spread(const at::Tensor& weight) {
  const Index outputs = weight.size(0), channels = weight.size(1);
  return at::constant_pad_nd(weight.contiguous(), {1, 2, 1, 2})
      .view({outputs, channels, 3, 2, 3, 2})
      .permute({0, 3, 5, 1, 2, 4})
      .reshape({outputs, 4 * channels, 3, 3});
}

// Whether both are `one`.
bool all_are(const torch::ExpandingArray<2>& values, Index one) {
  return std::all_of(values->begin(), values->end(), [&](Index value) { return value == one; });
}

bool takes_winograd(const torch::nn::Conv2dImpl& conv, Index stride = 1) {
  const auto& options = conv.options;
  // Found by its argument: a variant of c10's before LibTorch 2, of std's since.
  const auto* padding = get_if<torch::ExpandingArray<2>>(&options.padding());
  return all_are(options.kernel_size(), 3) && all_are(options.stride(), stride) &&
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

// Stride 2 saves no products by Winograd: it is worth it where there are so many tiles that
// weights, of four times the channels, are a small part.
bool takes_phases(const torch::nn::Conv2dImpl& conv, const at::Tensor& x,
                  const kernels::KernelSet& kernels) {
  constexpr Index least_tiles = 64;
  const Index tiles = x.size(0) * (x.size(2) / 8) * (x.size(3) / 8);
  return takes_winograd(conv, 2) && x.size(1) % kernels.width == 0 && tiles >= least_tiles;
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
    return by_winograd(x.to(at::kFloat), {}, weight, bias, Scale::same).to(at::kBFloat16);
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
  const kernels::KernelSet* const kernels = training_kernels_for(x);
  if (kernels != nullptr && takes_winograd(layer)) {
    return by_winograd(x, {}, layer.weight, layer.bias, Scale::same);
  }
  if (kernels != nullptr && takes_phases(layer, x, *kernels)) {
    return by_winograd(x, {}, spread(layer.weight), layer.bias, Scale::halved);
  }
  return layer.forward(x);
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
  return by_winograd(x, skip, layer.weight, layer.bias, Scale::enlarged);
}

}  // namespace fossilct
