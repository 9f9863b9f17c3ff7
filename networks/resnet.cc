// SPDX-License-Identifier: Apache-2.0
#include "networks/resnet.h"

#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include <map>

#include "base/error.h"
#include "networks/fold.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr std::array<int, 4> layer_widths = {64, 128, 256, 512};
constexpr int bottleneck_expansion = 4;

torch::nn::Conv2d convolution(int in, int out, int kernel, int stride) {
  torch::nn::Conv2d conv(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
  torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
  return conv;
}

}  // namespace

std::array<int, 5> ResNetShape::feature_channels() const {
  const int expansion = bottleneck ? bottleneck_expansion : 1;
  return {64, 64 * expansion, 128 * expansion, 256 * expansion, 512 * expansion};
}

ResNetShape resnet_shape(const std::string& encoder) {
  static const std::map<std::string, ResNetShape> shapes = {
      {"resnet18", {{2, 2, 2, 2}, false}},  {"resnet34", {{3, 4, 6, 3}, false}},
      {"resnet50", {{3, 4, 6, 3}, true}},   {"resnet101", {{3, 4, 23, 3}, true}},
      {"resnet152", {{3, 8, 36, 3}, true}},
  };
  const auto found = shapes.find(encoder);
  if (found == shapes.end()) {
    throw Error(ErrorKind::format, "'" + encoder + "' is no ResNet that is known here");
  }
  return found->second;
}

const ResNetNames& torchvision_resnet_names() {
  static const ResNetNames names{"conv1", "bn1", {"layer1", "layer2", "layer3", "layer4"}};
  return names;
}

const ResNetNames& fastai_resnet_names() {
  static const ResNetNames names{"0", "1", {"4", "5", "6", "7"}};
  return names;
}

ResidualBlock::ResidualBlock(int in_channels, int width, int stride, bool bottleneck) {
  const int out_channels = bottleneck ? bottleneck_expansion * width : width;
  if (bottleneck) {
    convs_ = {convolution(in_channels, width, 1, 1), convolution(width, width, 3, stride),
              convolution(width, out_channels, 1, 1)};
  } else {
    convs_ = {convolution(in_channels, width, 3, stride), convolution(width, width, 3, 1)};
  }
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    register_module("conv" + number, convs_[i]);
    norms_.emplace_back(convs_[i]->options.out_channels());
    register_module("bn" + number, norms_[i]);
  }
  if (stride != 1 || in_channels != out_channels) {
    shortcut_conv_ = convolution(in_channels, out_channels, 1, stride);
    shortcut_norm_ = torch::nn::BatchNorm2d(out_channels);
    torch::nn::ModuleList downsample(shortcut_conv_, shortcut_norm_);
    register_module("downsample", downsample);
  }
}

at::Tensor ResidualBlock::forward(const at::Tensor& x) {
  const at::Tensor shortcut =
      shortcut_conv_ ? normalised(shortcut_norm_, convolved(shortcut_conv_, x), false) : x;
  at::Tensor out = x;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    const bool last = i + 1 == convs_.size();
    out = normalised(norms_[i], convolved(convs_[i], out), true, last ? shortcut : at::Tensor());
  }
  return out;
}

ValueId ResidualBlock::append_to(Program& program, ValueId input) const {
  const ValueId shortcut =
      shortcut_conv_ ? program.add(folded(*shortcut_conv_, *shortcut_norm_, input)) : input;
  ValueId value = input;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    ConvOp op = folded(*convs_[i], *norms_[i], value);
    op.relu = true;
    if (i + 1 == convs_.size()) {
      op.residual = shortcut;
    }
    value = program.add(std::move(op));
  }
  return value;
}

ResNetEncoder::ResNetEncoder(const ResNetShape& shape, int channels, const ResNetNames& names) {
  conv_ = register_module(names.conv, convolution(channels, layer_widths[0], 7, 2));
  norm_ = register_module(names.norm, torch::nn::BatchNorm2d(layer_widths[0]));
  const std::array<int, 5> feature_channels = shape.feature_channels();
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    torch::nn::ModuleList blocks;
    int in_channels = feature_channels[layer];
    for (int i = 0; i < shape.blocks[layer]; ++i) {
      const int stride = i == 0 && layer > 0 ? 2 : 1;
      layers_[layer].push_back(std::make_shared<ResidualBlock>(in_channels, layer_widths[layer],
                                                               stride, shape.bottleneck));
      blocks->push_back(layers_[layer].back());
      in_channels = feature_channels[layer + 1];
    }
    register_module(names.layers[layer], blocks);
  }
}

std::array<at::Tensor, 5> ResNetEncoder::forward(const at::Tensor& images) {
  std::array<at::Tensor, 5> features;
  features[0] = normalised(norm_, convolved(conv_, images), true);
  at::Tensor x = at::max_pool2d(features[0], 3, 2, 1);
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const std::shared_ptr<ResidualBlock>& block : layers_[layer]) {
      x = block->forward(x);
    }
    features[layer + 1] = x;
  }
  return features;
}

std::array<ValueId, 5> ResNetEncoder::append_to(Program& program, ValueId input) const {
  std::array<ValueId, 5> features{};
  ConvOp stem = folded(*conv_, *norm_, input);
  stem.relu = true;
  features[0] = program.add(std::move(stem));
  ValueId x = program.add(MaxPoolOp{.input = features[0], .kernel = 3, .stride = 2, .padding = 1});
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const std::shared_ptr<ResidualBlock>& block : layers_[layer]) {
      x = block->append_to(program, x);
    }
    features[layer + 1] = x;
  }
  return features;
}

std::string renamed(std::string_view name, const ResNetNames& from, const ResNetNames& to) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    return {};
  }
  const std::string_view part = name.substr(0, dot);
  const std::string rest(name.substr(dot));
  if (part == from.conv) {
    return to.conv + rest;
  }
  if (part == from.norm) {
    return to.norm + rest;
  }
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    if (part == from.layers[i]) {
      return to.layers[i] + rest;
    }
  }
  return {};
}

int resnet_group_of(std::string_view name, const ResNetNames& names) {
  const std::string_view part = name.substr(0, name.find('.'));
  if (part == names.conv || part == names.norm || part == names.layers[0] ||
      part == names.layers[1]) {
    return 0;
  }
  return part == names.layers[2] || part == names.layers[3] ? 1 : 2;
}

}  // namespace fossilct
