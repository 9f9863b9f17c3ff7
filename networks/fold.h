// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "networks/program.h"

namespace fossilct {

// The convolution as an operation on `input`, alone or with the batch norm behind it folded in:
// with s = gamma / sqrt(var + eps), weight * s and (bias - mean) * s + beta, computed in double.
ConvOp folded(const torch::nn::Conv2dImpl& conv, ValueId input);
ConvOp folded(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl& norm,
              ValueId input);

// A batch norm with a ReLU that no convolution stands before.
AffineReluOp affine_relu(const torch::nn::BatchNorm2dImpl& norm, ValueId input);

LinearOp linear_op(const torch::nn::LinearImpl& linear, ValueId input);

}  // namespace fossilct
