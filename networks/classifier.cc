// SPDX-License-Identifier: Apache-2.0
#include "networks/classifier.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/init.h>

#include <map>

#include "base/error.h"
#include "base/text.h"
#include "networks/cyclic.h"
#include "networks/fold.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr int pool = 0;  // in the lists of widths
constexpr int vgg_cells = 7;
constexpr int vgg_hidden = 4096;
constexpr double vgg_dropout = 0.5;
constexpr const char* tail_name = "tail";
constexpr std::string_view features_prefix = "features.";

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

at::Tensor Classifier::forward(const at::Tensor& images) {
  const at::Tensor vectors = features(images);
  const auto dropout =
      is_training() ? ClassifierHead::Dropout(at::detail::getDefaultCPUGenerator()) : std::nullopt;
  return head_->logits(head_->embedding(vectors, {}, dropout), {});
}

at::Tensor Classifier::oriented(const at::Tensor& images) const {
  return spec().cyclic ? cyclic_sliced(images) : images;
}

at::Tensor Classifier::features(const at::Tensor& images) {
  return collected(maps(oriented(images)));
}

Program Classifier::trunk() const {
  Program program;
  program.input_channels = spec().channels;
  append_maps(program, 0);
  return program;
}

Program Classifier::program() const {
  Program program;
  program.input_channels = spec().channels;
  const ValueId seen = spec().cyclic ? program.add(CyclicSliceOp{0}) : 0;
  head_->append_to(program, append_collected(program, append_maps(program, seen)));
  return program;
}

void Classifier::set_head(ClassifierHead head, const std::string& module_name) {
  head_ = std::make_unique<ClassifierHead>(std::move(head));
  torch::nn::Module* owner = this;
  if (!module_name.empty()) {
    owner = register_module(module_name, std::make_shared<torch::nn::Module>()).get();
  }
  for (std::size_t i = 0; i < head_->layers().size(); ++i) {
    owner->register_module(head_->layers()[i].name, head_->linears()[i]);
  }
}

std::shared_ptr<Classifier> as_classifier(const std::shared_ptr<Network>& network) {
  auto classifier = std::dynamic_pointer_cast<Classifier>(network);
  if (!classifier) {
    throw Error(ErrorKind::format,
                "expected a classifier of images, found a " + describe(network->spec()));
  }
  return classifier;
}

ResNetClassifier::ResNetClassifier(const NetworkSpec& spec) : Classifier(spec) {
  const ResNetShape shape = resnet_shape(spec.encoder);
  encoder_ = std::make_shared<ResNetEncoder>(shape, spec.channels, torchvision_resnet_names());
  // torchvision has the encoder's parts beside `fc`, not below a module of their own.
  for (const auto& part : encoder_->named_children()) {
    register_module(part.key(), part.value());
  }
  const int features = shape.feature_channels().back();
  if (spec.head.empty()) {
    const HeadLayer fc = {.name = "fc", .joins = true};
    set_head(ClassifierHead({fc}, {features, spec.classes}, spec.measurements), "");
  } else {
    set_head(make_tail(spec, features), tail_name);
  }
}

at::Tensor ResNetClassifier::maps(const at::Tensor& oriented) {
  return encoder_->forward(oriented).back();
}

at::Tensor ResNetClassifier::collected(const at::Tensor& maps) const {
  const at::Tensor means = at::adaptive_avg_pool2d(maps, {1, 1}).flatten(1);
  return (spec().cyclic ? cyclic_pooled(means) : means).unsqueeze(1);
}

ValueId ResNetClassifier::append_maps(Program& program, ValueId oriented) const {
  return encoder_->append_to(program, oriented).back();
}

ValueId ResNetClassifier::append_collected(Program& program, ValueId maps) const {
  const ValueId means = program.add(AveragePoolOp{.input = maps, .size = 1});
  return spec().cyclic ? program.add(CyclicPoolOp{means}) : means;
}

std::string ResNetClassifier::encoder_name(std::string_view torchvision_name) const {
  return torchvision_name.starts_with("fc.")
             ? std::string(torchvision_name)
             : renamed(torchvision_name, torchvision_resnet_names(), torchvision_resnet_names());
}

int ResNetClassifier::group_of(std::string_view tensor_name) const {
  return resnet_group_of(tensor_name, torchvision_resnet_names());
}

VggClassifier::VggClassifier(const NetworkSpec& spec) : Classifier(spec) {
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
  const int collected = channels * vgg_cells * vgg_cells;
  if (!spec.head.empty()) {
    set_head(make_tail(spec, collected), tail_name);
    return;
  }
  ClassifierHead head({{.name = "0"},
                       {.name = "3", .dropout = vgg_dropout, .joins = true},
                       {.name = "6", .dropout = vgg_dropout}},
                      {collected, vgg_hidden, vgg_hidden, spec.classes}, spec.measurements);
  for (const torch::nn::Linear& linear : head.linears()) {
    torch::nn::init::normal_(linear->weight, 0.0, 0.01);
    torch::nn::init::zeros_(linear->bias);
  }
  set_head(std::move(head), "classifier");
}

at::Tensor VggClassifier::maps(const at::Tensor& oriented) {
  at::Tensor x = oriented;
  for (Step& step : steps_) {
    if (!step.conv) {
      x = at::max_pool2d(x, 2, 2);
      continue;
    }
    x = convolved(step.conv, x);
    x = step.norm ? normalised(step.norm, x, true) : x.relu_();
  }
  return x;
}

at::Tensor VggClassifier::collected(const at::Tensor& maps) const {
  return at::adaptive_avg_pool2d(maps, {vgg_cells, vgg_cells}).flatten(1).unsqueeze(1);
}

ValueId VggClassifier::append_collected(Program& program, ValueId maps) const {
  return program.add(AveragePoolOp{.input = maps, .size = vgg_cells});
}

ValueId VggClassifier::append_maps(Program& program, ValueId oriented) const {
  ValueId x = oriented;
  for (const Step& step : steps_) {
    if (!step.conv) {
      x = program.add(MaxPoolOp{.input = x, .kernel = 2, .stride = 2, .padding = 0});
      continue;
    }
    ConvOp op = step.norm ? folded(*step.conv, *step.norm, x) : folded(*step.conv, x);
    op.relu = true;
    x = program.add(std::move(op));
  }
  return x;
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
