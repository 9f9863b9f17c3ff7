// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <memory>

#include "networks/network.h"
#include "networks/resnet.h"

namespace fossilct {

// A block of the decoder: nearest upsampling by two, concatenation with the skip, twice 3x3
// convolution, batch norm and ReLU.
class UnetDecoderBlock : public torch::nn::Module {
 public:
  UnetDecoderBlock(int in_channels, int skip_channels, int out_channels);
  // `skip` undefined: none.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& skip);
  ValueId append_to(Program& program, ValueId x, std::optional<ValueId> skip) const;

 private:
  std::array<torch::nn::Conv2d, 2> convs_{nullptr, nullptr};
  std::array<torch::nn::BatchNorm2d, 2> norms_{nullptr, nullptr};
};

// segmentation_models.pytorch's Unet (0.3.3) with a ResNet encoder and its defaults: five decoder
// blocks of 256, 128, 64, 32, 16 channels, a 3x3 head with bias; its names and initialisation.
// Images of any size: padded to a multiple of 32, logits cropped back (see padding.h).
class Unet : public Network {
 public:
  static constexpr int size_multiple = 32;
  static constexpr std::array<int, 5> decoder_channels = {256, 128, 64, 32, 16};

  explicit Unet(const NetworkSpec& spec);

  at::Tensor forward(const at::Tensor& images) override;
  Program program() const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  int group_of(std::string_view tensor_name) const override;

 private:
  std::shared_ptr<ResNetEncoder> encoder_;
  std::array<std::shared_ptr<UnetDecoderBlock>, decoder_channels.size()> blocks_;
  torch::nn::Conv2d head_{nullptr};
};

}  // namespace fossilct
