// SPDX-License-Identifier: Apache-2.0
#include "networks/dynamic_unet.h"

#include <torch/nn/functional/normalization.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include "networks/fold.h"
#include "networks/image_ops.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr double norm_initial_bias = 1e-3;  // fastai's batchnorm_2d
constexpr double spectral_epsilon = 1e-12;
constexpr int attention_reduction = 8;  // channels of query and key
constexpr int attention_block = 1;      // the third from the end of four
constexpr std::string_view encoder_prefix = "layers.0.";

// With bias and without batch norm: unet_learner passes norm_type None.
torch::nn::Conv2d convolution(int in, int out, int kernel) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2));
  torch::nn::init::kaiming_normal_(conv->weight);
  torch::nn::init::zeros_(conv->bias);
  return conv;
}

torch::nn::BatchNorm2d norm_of(int channels) {
  torch::nn::BatchNorm2d norm(channels);
  torch::nn::init::constant_(norm->bias, norm_initial_bias);
  return norm;
}

std::shared_ptr<torch::nn::Module> in_a_list(const torch::nn::Conv2d& conv) {
  return torch::nn::ModuleList(conv).ptr();
}

ValueId append_conv_relu(Program& program, const torch::nn::Conv2d& conv, ValueId input) {
  ConvOp op = folded(*conv, input);
  op.relu = true;
  return program.add(std::move(op));
}

// Kaiming normal for a quarter of the output channels, each repeated four times in a row, which is
// the order of the pixel shuffle.
void initialise_icnr(const at::Tensor& weight) {
  const at::NoGradGuard no_gradients;
  const at::Tensor quarter =
      at::empty({weight.size(0) / 4, weight.size(1), weight.size(2), weight.size(3)});
  torch::nn::init::kaiming_normal_(quarter);
  weight.copy_(quarter.repeat_interleave(4, 0));
}

at::Tensor unit(const at::Tensor& v) { return v / v.norm().clamp_min(spectral_epsilon); }

}  // namespace

PixelShuffleUpsampling::PixelShuffleUpsampling(int in_channels, int out_channels, bool blur)
    : conv_(convolution(in_channels, 4 * out_channels, 1)), blur_(blur) {
  initialise_icnr(conv_->weight);
  register_module("conv", in_a_list(conv_));
}

at::Tensor PixelShuffleUpsampling::forward(const at::Tensor& x) {
  return pixel_shuffled(convolved(conv_, x).relu_(), blur_);
}

ValueId PixelShuffleUpsampling::append_to(Program& program, ValueId input) const {
  const ValueId conv = append_conv_relu(program, conv_, input);
  return program.add(PixelShuffleOp{.input = conv, .blur = blur_});
}

SpectralConvolution::SpectralConvolution(int in_channels, int out_channels) {
  weight_ = register_parameter("weight_orig", at::empty({out_channels, in_channels, 1}));
  torch::nn::init::kaiming_normal_(weight_);
  u_ = register_buffer("weight_u", unit(at::randn({out_channels})));
  v_ = register_buffer("weight_v", unit(at::randn({in_channels})));
}

at::Tensor SpectralConvolution::normed(const at::Tensor& u, const at::Tensor& v) const {
  const at::Tensor matrix = weight_.flatten(1);
  return matrix / at::dot(u, at::mv(matrix, v));
}

at::Tensor SpectralConvolution::weight() {
  if (is_training()) {
    const at::NoGradGuard no_gradients;
    const at::Tensor matrix = weight_.flatten(1);
    v_.copy_(unit(at::mv(matrix.t(), u_)));
    u_.copy_(unit(at::mv(matrix, v_)));
  }
  // Copies: the next step of power iteration changes the buffers that the gradient would need.
  return normed(u_.clone(), v_.clone());
}

SelfAttention::SelfAttention(int channels) {
  const auto projection = [&](const char* name, int out) {
    return register_module(name, std::make_shared<SpectralConvolution>(channels, out));
  };
  query_ = projection("query", channels / attention_reduction);
  key_ = projection("key", channels / attention_reduction);
  value_ = projection("value", channels);
  gamma_ = register_parameter("gamma", at::zeros({1}));
}

at::Tensor SelfAttention::forward(const at::Tensor& image) {
  return self_attended(image, query_->weight(), key_->weight(), value_->weight(), gamma_);
}

ValueId SelfAttention::append_to(Program& program, ValueId input) const {
  const auto stored = [](const SpectralConvolution& conv) {
    return conv.normed(conv.u(), conv.v()).detach().to(at::kCPU, at::kFloat);
  };
  SelfAttentionOp op;
  op.input = input;
  op.query = stored(*query_);
  op.key = stored(*key_);
  op.value = stored(*value_);
  op.gamma = gamma_.detach().to(at::kCPU, at::kFloat).clone();
  return program.add(std::move(op));
}

DynamicUnetBlock::DynamicUnetBlock(const Shape& shape) {
  upsampling_ = register_module("shuf", std::make_shared<PixelShuffleUpsampling>(
                                            shape.in_channels, shape.in_channels / 2, shape.blur));
  skip_norm_ = register_module("bn", norm_of(shape.skip_channels));
  const int out = shape.out_channels();
  convs_ = {convolution(shape.concatenated_channels(), out, 3), convolution(out, out, 3)};
  register_module("conv1", in_a_list(convs_[0]));
  // fastai: Sequential(convolution, ReLU, attention).
  const auto second = register_module("conv2", std::make_shared<torch::nn::Module>());
  second->register_module("0", convs_[1]);
  if (shape.self_attention) {
    attention_ = second->register_module("2", std::make_shared<SelfAttention>(out));
  }
}

at::Tensor DynamicUnetBlock::forward(const at::Tensor& x, const at::Tensor& skip) {
  const at::Tensor enlarged = resized_like(upsampling_->forward(x), skip);
  // The enlarged values are positive already: a ReLU stands in the upsampling.
  at::Tensor out = at::cat({enlarged, normalised(skip_norm_, skip, true)}, 1);
  for (torch::nn::Conv2d& conv : convs_) {
    out = convolved(conv, out).relu_();
  }
  return attention_ ? attention_->forward(out) : out;
}

ValueId DynamicUnetBlock::append_to(Program& program, ValueId x, ValueId skip) const {
  // Upsampled values are positive already (a ReLU stands in the upsampling): only the skip's batch
  // norm needs the ReLU behind the concatenation.
  const ValueId enlarged =
      program.add(ResizeLikeOp{.input = upsampling_->append_to(program, x), .like = skip});
  const ValueId normed_skip = program.add(affine_relu(*skip_norm_, skip));
  ConvOp first = folded(*convs_[0], enlarged);
  first.inputs.push_back({.value = normed_skip});
  first.relu = true;
  const ValueId out = append_conv_relu(program, convs_[1], program.add(std::move(first)));
  return attention_ ? attention_->append_to(program, out) : out;
}

DynamicUnet::DynamicUnet(const NetworkSpec& spec) : Network(spec) {
  const ResNetShape shape = resnet_shape(spec.encoder);
  const std::array<int, 5> features = shape.feature_channels();
  int channels = features.back();
  const auto layers = register_module("layers", std::make_shared<torch::nn::Module>());
  encoder_ = layers->register_module(
      "0", std::make_shared<ResNetEncoder>(shape, spec.channels, fastai_resnet_names()));
  norm_ = layers->register_module("1", norm_of(channels));
  middle_ = {convolution(channels, 2 * channels, 3), convolution(2 * channels, channels, 3)};
  torch::nn::ModuleList middle;
  for (const torch::nn::Conv2d& conv : middle_) {
    middle->push_back(in_a_list(conv));
  }
  layers->register_module("3", middle);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const DynamicUnetBlock::Shape block{
        .in_channels = channels,
        .skip_channels = features[3 - i],
        .halve = i + 1 == blocks_.size(),
        .blur = spec.blur,
        .self_attention = spec.self_attention && i == attention_block};
    blocks_[i] =
        layers->register_module(std::to_string(4 + i), std::make_shared<DynamicUnetBlock>(block));
    channels = block.out_channels();
  }
  // fastai gives no blur to the last upsampling.
  last_upsampling_ = layers->register_module(
      "8", std::make_shared<PixelShuffleUpsampling>(channels, channels, false));
  channels += spec.channels;
  cross_ = {convolution(channels, channels, 3), convolution(channels, channels, 3)};
  torch::nn::ModuleList cross;
  for (const torch::nn::Conv2d& conv : cross_) {
    cross->push_back(in_a_list(conv));
  }
  layers->register_module("10", std::make_shared<torch::nn::Module>())
      ->register_module("layers", cross);
  head_ = convolution(channels, spec.classes, 1);
  layers->register_module("11", in_a_list(head_));
}

at::Tensor DynamicUnet::forward(const at::Tensor& images) {
  const std::array<at::Tensor, 5> features = encoder_->forward(images);
  at::Tensor x = normalised(norm_, features.back(), true);
  for (torch::nn::Conv2d& conv : middle_) {
    x = convolved(conv, x).relu_();
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i]->forward(x, features[3 - i]);
  }
  x = at::cat({resized_like(last_upsampling_->forward(x), images), images}, 1);
  at::Tensor crossed = x;
  for (torch::nn::Conv2d& conv : cross_) {
    crossed = convolved(conv, crossed).relu_();
  }
  return convolved(head_, crossed + x);
}

Program DynamicUnet::program() const {
  Program program;
  program.input_channels = spec().channels;
  const std::array<ValueId, 5> features = encoder_->append_to(program, 0);
  ValueId x = program.add(affine_relu(*norm_, features.back()));
  for (const torch::nn::Conv2d& conv : middle_) {
    x = append_conv_relu(program, conv, x);
  }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i]->append_to(program, x, features[3 - i]);
  }
  x = program.add(ResizeLikeOp{.input = last_upsampling_->append_to(program, x), .like = 0});
  x = program.add(ConcatOp{.inputs = {x, 0}});
  ValueId crossed = x;
  for (const torch::nn::Conv2d& conv : cross_) {
    crossed = append_conv_relu(program, conv, crossed);
  }
  program.add(folded(*head_, program.add(AddOp{.left = crossed, .right = x})));
  return program;
}

std::string DynamicUnet::encoder_name(std::string_view torchvision_name) const {
  const std::string name =
      renamed(torchvision_name, torchvision_resnet_names(), fastai_resnet_names());
  return name.empty() ? name : std::string(encoder_prefix) + name;
}

int DynamicUnet::group_of(std::string_view tensor_name) const {
  return tensor_name.starts_with(encoder_prefix)
             ? resnet_group_of(tensor_name.substr(encoder_prefix.size()), fastai_resnet_names())
             : 2;
}

}  // namespace fossilct
