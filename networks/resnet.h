// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "networks/program.h"

namespace fossilct {

// Depth of a ResNet: residual blocks in each of the four layers (He et al. 2016, table 1).
struct ResNetShape {
  std::array<int, 4> blocks;
  bool
      bottleneck;  // 1x1, 3x3 (with the stride, as torchvision has it), 1x1 to four times the width

  // Channels of the features at 1/2, 1/4, 1/8, 1/16, 1/32.
  std::array<int, 5> feature_channels() const;
};
// Of "resnet18" ... "resnet152". Throws Error{format} for another name.
ResNetShape resnet_shape(const std::string& encoder);

// What the parts are called in the state dict.
struct ResNetNames {
  std::string conv, norm;
  std::array<std::string, 4> layers;
};
const ResNetNames& torchvision_resnet_names();  // conv1, bn1, layer1 .. layer4
const ResNetNames& fastai_resnet_names();       // 0, 1, 4 .. 7: places in a Sequential

// Basic or bottleneck block: convolutions with batch norm, ReLU between them, sum, ReLU.
class ResidualBlock : public torch::nn::Module {
 public:
  ResidualBlock(int in_channels, int width, int stride, bool bottleneck);
  at::Tensor forward(const at::Tensor& x);
  ValueId append_to(Program& program, ValueId input) const;

 private:
  std::vector<torch::nn::Conv2d> convs_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::Conv2d shortcut_conv_{nullptr};
  torch::nn::BatchNorm2d shortcut_norm_{nullptr};
};

// torchvision's ResNet without its pooling and classification layer. Initialised as there: Kaiming
// normal over fan-out for convolutions, 1 and 0 for batch norm.
class ResNetEncoder : public torch::nn::Module {
 public:
  ResNetEncoder(const ResNetShape& shape, int channels, const ResNetNames& names);

  // Features at 1/2 (behind the stem's ReLU), 1/4, 1/8, 1/16, 1/32 of the image's size, rounded up.
  std::array<at::Tensor, 5> forward(const at::Tensor& images);
  std::array<ValueId, 5> append_to(Program& program, ValueId input) const;

 private:
  torch::nn::Conv2d conv_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
  std::array<std::vector<std::shared_ptr<ResidualBlock>>, 4> layers_;
};

// A tensor's name (`layer1.0.conv1.weight`) with the parts called otherwise (`4.0.conv1.weight`);
// empty for a tensor that is no part of the encoder (`fc.weight`).
std::string renamed(std::string_view name, const ResNetNames& from, const ResNetNames& to);

// 0 for stem, layer1, layer2; 1 for layer3, layer4; 2 for anything else. `name` without the prefix.
int resnet_group_of(std::string_view name, const ResNetNames& names);

}  // namespace fossilct
