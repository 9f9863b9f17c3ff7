// SPDX-License-Identifier: Apache-2.0
#include "networks/classifier.h"

#include <torch/nn/functional/dropout.h>
#include <torch/nn/init.h>

#include <map>

#include "base/text.h"
#include "networks/fold.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr int pool = 0;  // in the lists of widths
constexpr int vgg_cells = 7;
constexpr int vgg_hidden = 4096;
constexpr double vgg_dropout = 0.5;
constexpr std::string_view features_prefix = "features.";

torch::nn::Linear linear(int in, int out) {
  torch::nn::Linear layer(in, out);
  torch::nn::init::normal_(layer->weight, 0.0, 0.01);
  torch::nn::init::zeros_(layer->bias);
  return layer;
}

torch::nn::Conv2d vgg_convolution(int in, int out) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(in, out, 3).padding(1));
  torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
  torch::nn::init::zeros_(conv->bias);
  return conv;
}

}  // namespace

// Configurations A, B, D and E of the paper's table 1.
const std::vector<int>& vgg_widths(const std::string& encoder) {
  static const std::map<std::string, std::vector<int>> widths = {
      {"vgg11", {64, pool, 128, pool, 256, 256, pool, 512, 512, pool, 512, 512, pool}},
      {"vgg13", {64, 64, pool, 128, 128, pool, 256, 256, pool, 512, 512, pool, 512, 512, pool}},
      {"vgg16",
       {64, 64, pool, 128, 128, pool, 256, 256, 256, pool, 512, 512, 512, pool, 512, 512, 512,
        pool}},
      {"vgg19", {64,  64,  pool, 128, 128,  pool, 256, 256, 256, 256, pool,
                 512, 512, 512,  512, pool, 512,  512, 512, 512, pool}},
  };
  return widths.at(encoder.substr(0, encoder.find('_')));
}

ResNetClassifier::ResNetClassifier(const NetworkSpec& spec) : Network(spec) {
  const ResNetShape shape = resnet_shape(spec.encoder);
  encoder_ = std::make_shared<ResNetEncoder>(shape, spec.channels, torchvision_resnet_names());
  // torchvision has the encoder's parts beside `fc`, not below a module of their own.
  for (const auto& part : encoder_->named_children()) {
    register_module(part.key(), part.value());
  }
  fc_ = register_module("fc", torch::nn::Linear(shape.feature_channels().back(), spec.classes));
}

at::Tensor ResNetClassifier::embed(const at::Tensor& images) {
  return at::adaptive_avg_pool2d(encoder_->forward(images).back(), {1, 1}).flatten(1);
}

at::Tensor ResNetClassifier::forward(const at::Tensor& images) { return fc_(embed(images)); }

Program ResNetClassifier::program() const {
  Program program;
  program.input_channels = spec().channels;
  const ValueId features = encoder_->append_to(program, 0).back();
  program.add(linear_op(*fc_, program.add(AveragePoolOp{.input = features, .size = 1})));
  return program;
}

std::string ResNetClassifier::encoder_name(std::string_view torchvision_name) const {
  return torchvision_name.starts_with("fc.")
             ? std::string(torchvision_name)
             : renamed(torchvision_name, torchvision_resnet_names(), torchvision_resnet_names());
}

int ResNetClassifier::group_of(std::string_view tensor_name) const {
  return resnet_group_of(tensor_name, torchvision_resnet_names());
}

VggClassifier::VggClassifier(const NetworkSpec& spec) : Network(spec) {
  const bool with_norm = spec.encoder.ends_with("_bn");
  const std::vector<int>& widths = vgg_widths(spec.encoder);
  const auto features = register_module("features", std::make_shared<torch::nn::Module>());
  int index = 0;  // in torchvision's Sequential, which counts ReLU and pooling
  int channels = spec.channels;
  for (const int width : widths) {
    Step step;
    if (steps_.size() == widths.size() / 2) {
      first_index_of_second_half_ = index;
    }
    if (width != pool) {
      step.conv =
          features->register_module(std::to_string(index++), vgg_convolution(channels, width));
      channels = width;
      if (with_norm) {
        step.norm =
            features->register_module(std::to_string(index++), torch::nn::BatchNorm2d(width));
      }
    }
    ++index;
    steps_.push_back(step);
  }
  linears_ = {linear(channels * vgg_cells * vgg_cells, vgg_hidden), linear(vgg_hidden, vgg_hidden),
              linear(vgg_hidden, spec.classes)};
  const auto head = register_module("classifier", std::make_shared<torch::nn::Module>());
  for (std::size_t i = 0; i < linears_.size(); ++i) {
    head->register_module(std::to_string(3 * i), linears_[i]);
  }
}

at::Tensor VggClassifier::forward(const at::Tensor& images) {
  at::Tensor x = images;
  for (Step& step : steps_) {
    if (!step.conv) {
      x = at::max_pool2d(x, 2, 2);
      continue;
    }
    x = convolved(step.conv, x);
    x = step.norm ? normalised(step.norm, x, true) : x.relu_();
  }
  x = at::adaptive_avg_pool2d(x, {vgg_cells, vgg_cells}).flatten(1);
  for (std::size_t i = 0; i + 1 < linears_.size(); ++i) {
    x = at::dropout(linears_[i](x).relu_(), vgg_dropout, is_training());
  }
  return linears_.back()(x);
}

Program VggClassifier::program() const {
  Program program;
  program.input_channels = spec().channels;
  ValueId x = 0;
  for (const Step& step : steps_) {
    if (!step.conv) {
      x = program.add(MaxPoolOp{.input = x, .kernel = 2, .stride = 2, .padding = 0});
      continue;
    }
    ConvOp op = step.norm ? folded(*step.conv, *step.norm, x) : folded(*step.conv, x);
    op.relu = true;
    x = program.add(std::move(op));
  }
  x = program.add(AveragePoolOp{.input = x, .size = vgg_cells});
  for (std::size_t i = 0; i < linears_.size(); ++i) {
    LinearOp op = linear_op(*linears_[i], x);
    op.relu = i + 1 < linears_.size();
    x = program.add(std::move(op));
  }
  return program;
}

std::string VggClassifier::encoder_name(std::string_view torchvision_name) const {
  return std::string(torchvision_name);
}

int VggClassifier::group_of(std::string_view tensor_name) const {
  if (!tensor_name.starts_with(features_prefix)) {
    return 2;
  }
  const std::string_view rest = tensor_name.substr(features_prefix.size());
  const auto index = parse_integer(rest.substr(0, rest.find('.')));
  return !index ? 2 : *index < first_index_of_second_half_ ? 0 : 1;
}

}  // namespace fossilct
