// SPDX-License-Identifier: Apache-2.0
#include "networks/fold.h"

#include <ATen/ATen.h>

namespace fossilct {
namespace {

at::Tensor stored(const at::Tensor& weight) {
  return weight.detach().to(at::kCPU, at::kFloat).contiguous().clone();
}

at::Tensor in_double(const at::Tensor& weight) { return weight.detach().to(at::kCPU, at::kDouble); }

struct Affine {
  at::Tensor scale;
  at::Tensor shift;
};

Affine affine_of(const torch::nn::BatchNorm2dImpl& norm) {
  const at::Tensor scale =
      in_double(norm.weight) / (in_double(norm.running_var) + norm.options.eps()).sqrt();
  return {scale, in_double(norm.bias) - in_double(norm.running_mean) * scale};
}

}  // namespace

ConvOp folded(const torch::nn::Conv2dImpl& conv, ValueId input) {
  ConvOp op;
  op.inputs = {{.value = input}};
  op.weight = stored(conv.weight);
  op.bias = conv.bias.defined() ? stored(conv.bias) : at::zeros({conv.weight.size(0)});
  op.stride = static_cast<int>(conv.options.stride()->at(0));
  return op;
}

ConvOp folded(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl& norm,
              ValueId input) {
  ConvOp op = folded(conv, input);
  const Affine affine = affine_of(norm);
  op.weight = stored(in_double(op.weight) * affine.scale.view({-1, 1, 1, 1}));
  op.bias = stored(in_double(op.bias) * affine.scale + affine.shift);
  return op;
}

AffineReluOp affine_relu(const torch::nn::BatchNorm2dImpl& norm, ValueId input) {
  const Affine affine = affine_of(norm);
  return {.input = input, .scale = stored(affine.scale), .shift = stored(affine.shift)};
}

LinearOp linear_op(const torch::nn::LinearImpl& linear, ValueId input) {
  return {.input = input, .weight = stored(linear.weight), .bias = stored(linear.bias)};
}

}  // namespace fossilct
