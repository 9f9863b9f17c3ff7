// SPDX-License-Identifier: Apache-2.0
#include "networks/unet.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include "networks/fold.h"
#include "networks/padding.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr std::string_view encoder_prefix = "encoder.";

torch::nn::Conv2d convolution(int in, int out, bool bias) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1).bias(bias));
}

}  // namespace

UnetDecoderBlock::UnetDecoderBlock(int in_channels, int skip_channels, int out_channels) {
  int channels = in_channels + skip_channels;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    convs_[i] = convolution(channels, out_channels, false);
    torch::nn::init::kaiming_uniform_(convs_[i]->weight, 0.0, torch::kFanIn, torch::kReLU);
    norms_[i] = torch::nn::BatchNorm2d(out_channels);
    torch::nn::ModuleList pair(convs_[i], norms_[i]);
    register_module("conv" + std::to_string(i + 1), pair);
    channels = out_channels;
  }
}

at::Tensor UnetDecoderBlock::forward(const at::Tensor& x, const at::Tensor& skip) {
  const at::Tensor first = normalised(norms_[0], convolved_enlarged(convs_[0], x, skip), true);
  return normalised(norms_[1], convolved(convs_[1], first), true);
}

ValueId UnetDecoderBlock::append_to(Program& program, ValueId x,
                                    std::optional<ValueId> skip) const {
  ConvOp first = folded(*convs_[0], *norms_[0], x);
  first.inputs.front().upsample = true;
  if (skip) {
    first.inputs.push_back({.value = *skip});
  }
  first.relu = true;
  ConvOp second = folded(*convs_[1], *norms_[1], program.add(std::move(first)));
  second.relu = true;
  return program.add(std::move(second));
}

Unet::Unet(const NetworkSpec& spec) : Network(spec) {
  const ResNetShape shape = resnet_shape(spec.encoder);
  encoder_ = register_module(
      "encoder", std::make_shared<ResNetEncoder>(shape, spec.channels, torchvision_resnet_names()));
  const std::array<int, 5> features = shape.feature_channels();
  torch::nn::ModuleList blocks;
  int channels = features.back();
  for (std::size_t i = 0; i < decoder_channels.size(); ++i) {
    const int skip = i < 4 ? features[3 - i] : 0;
    blocks_[i] = std::make_shared<UnetDecoderBlock>(channels, skip, decoder_channels[i]);
    blocks->push_back(blocks_[i]);
    channels = decoder_channels[i];
  }
  const auto decoder = register_module("decoder", std::make_shared<torch::nn::Module>());
  decoder->register_module("blocks", blocks);
  head_ = convolution(channels, spec.classes, true);
  torch::nn::init::xavier_uniform_(head_->weight);
  torch::nn::init::zeros_(head_->bias);
  torch::nn::ModuleList head(head_);
  register_module("segmentation_head", head);
}

at::Tensor Unet::forward(const at::Tensor& images) {
  const Padding padding = padding_to_multiple(images.size(2), images.size(3), size_multiple);
  const std::array<at::Tensor, 5> features = encoder_->forward(padded(images, padding));
  at::Tensor x = features.back();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i]->forward(x, i < 4 ? features[3 - i] : at::Tensor());
  }
  return cropped(convolved(head_, x), padding);
}

Program Unet::program() const {
  Program program;
  program.input_channels = spec().channels;
  program.size_multiple = size_multiple;
  const std::array<ValueId, 5> features = encoder_->append_to(program, 0);
  ValueId x = features.back();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i]->append_to(program, x,
                              i < 4 ? std::optional<ValueId>(features[3 - i]) : std::nullopt);
  }
  program.add(folded(*head_, x));
  return program;
}

std::string Unet::encoder_name(std::string_view torchvision_name) const {
  const std::string name =
      renamed(torchvision_name, torchvision_resnet_names(), torchvision_resnet_names());
  return name.empty() ? name : std::string(encoder_prefix) + name;
}

int Unet::group_of(std::string_view tensor_name) const {
  return tensor_name.starts_with(encoder_prefix)
             ? resnet_group_of(tensor_name.substr(encoder_prefix.size()),
                               torchvision_resnet_names())
             : 2;
}

}  // namespace fossilct
