// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <memory>
#include <vector>

#include "networks/classifier.h"

namespace fossilct {

// Two 3x3 convolutions with batch norm and ReLU.
class PlainBlock : public torch::nn::Module {
 public:
  PlainBlock(int in_channels, int width);
  at::Tensor forward(const at::Tensor& x);
  ValueId append_to(Program& program, ValueId input) const;

 private:
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d norm1_{nullptr}, norm2_{nullptr};
};

// Marchant et al. 2020: blocks of two 3x3 convolutions with batch norm and ReLU (base-cyclic) or of
// one residual block (resnet-cyclic), a 2x2 maximum and a cyclic roll; filters double from block to
// block. Then all maps as one vector, dropout 0.5, 512, the largest over the orientations, classes.
// A quarter turn of the image does not change its logits. Tensors: blocks.0.conv1.weight,
// blocks.0.bn1.weight, ..., tail.0.weight.
class CyclicClassifier : public Classifier {
 public:
  explicit CyclicClassifier(const NetworkSpec& spec);

  // With slices and rolls, which LibTorch runs.
  Program program() const override;

  // N,4C,H,W: the maps of the four orientations beside each other, each turned back to lie as the
  // image does. Throws Error{format} for images of another size than the spec's. As a program,
  // trunk(), it is convolutions and maxima alone, which our own kernels run: a picture that is
  // turned, convolved and turned back is the picture convolved with weights that are turned the
  // other way, so nothing but weights is ever turned, and a roll is an order of operands.
  at::Tensor maps(const at::Tensor& oriented) override;
  at::Tensor collected(const at::Tensor& maps) const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  // The first half of the blocks is group 0, the second 1, the tail 2.
  int group_of(std::string_view tensor_name) const override;

 private:
  ValueId append_maps(Program& program, ValueId oriented) const override;
  ValueId append_collected(Program& program, ValueId maps) const override;

  // The block of that number as a program of its own.
  Program block_program(std::size_t number) const;

  // Two convolutions with batch norm and ReLU; or a residual block.
  std::vector<std::shared_ptr<PlainBlock>> plain_;
  std::vector<std::shared_ptr<ResidualBlock>> residual_;
};

}  // namespace fossilct
