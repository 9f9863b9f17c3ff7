// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <array>
#include <memory>

#include "networks/network.h"
#include "networks/resnet.h"

namespace fossilct {

// 1x1 convolution to four times the channels, ReLU, pixel shuffle, and with `blur` the mean over
// 2x2 pixels. Initialised by ICNR (Aitken et al. 2017, arXiv 1707.02937): the four pixels that come
// of one start equal.
class PixelShuffleUpsampling : public torch::nn::Module {
 public:
  PixelShuffleUpsampling(int in_channels, int out_channels, bool blur);
  at::Tensor forward(const at::Tensor& x);
  ValueId append_to(Program& program, ValueId input) const;

 private:
  torch::nn::Conv2d conv_{nullptr};
  bool blur_;
};

// 1x1 convolution along a flattened image whose weight is divided by its largest singular value, as
// torch.nn.utils.spectral_norm does it (Miyato et al. 2018, arXiv 1802.05957): one step of power
// iteration at each call in training, none in evaluation. Tensors weight_orig, weight_u, weight_v.
class SpectralConvolution : public torch::nn::Module {
 public:
  SpectralConvolution(int in_channels, int out_channels);
  // [out, in], normed.
  at::Tensor weight();
  at::Tensor normed(const at::Tensor& u, const at::Tensor& v) const;
  const at::Tensor& u() const { return u_; }
  const at::Tensor& v() const { return v_; }

 private:
  at::Tensor weight_;  // [out, in, 1]
  at::Tensor u_, v_;
};

// Self-attention over all pixels of an image (Zhang et al. 2018, arXiv 1805.08318): its cost grows
// with the square of the number of pixels.
class SelfAttention : public torch::nn::Module {
 public:
  explicit SelfAttention(int channels);
  at::Tensor forward(const at::Tensor& x);
  ValueId append_to(Program& program, ValueId input) const;

 private:
  std::shared_ptr<SpectralConvolution> query_, key_, value_;
  at::Tensor gamma_;
};

// A block of the decoder: upsampling by pixel shuffle, resized (nearest) to the skip where they
// differ, concatenation with the skip's batch norm, ReLU, twice 3x3 convolution with bias and ReLU.
class DynamicUnetBlock : public torch::nn::Module {
 public:
  struct Shape {
    int in_channels;
    int skip_channels;
    bool halve;  // the last block's convolutions make half the channels of their input
    bool blur;
    bool self_attention;
    int concatenated_channels() const { return in_channels / 2 + skip_channels; }
    int out_channels() const { return concatenated_channels() / (halve ? 2 : 1); }
  };
  explicit DynamicUnetBlock(const Shape& shape);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& skip);
  ValueId append_to(Program& program, ValueId x, ValueId skip) const;

 private:
  std::shared_ptr<PixelShuffleUpsampling> upsampling_;
  torch::nn::BatchNorm2d skip_norm_{nullptr};
  std::array<torch::nn::Conv2d, 2> convs_{nullptr, nullptr};
  std::shared_ptr<SelfAttention> attention_;
};

// fastai v1's DynamicUnet as unet_learner builds it (norm_type None, last_cross): its names
// (`layers.0` encoder ... `layers.11` head) and initialisation; the network of Carvalho et al.
// 2020. Images of any size are taken as they are; skips rule the sizes. Where height or width is
// odd the last upsampling is one pixel too large and is resized (nearest), as fastai's version 2
// does it; version 1 fails there.
class DynamicUnet : public Network {
 public:
  explicit DynamicUnet(const NetworkSpec& spec);

  at::Tensor forward(const at::Tensor& images) override;
  Program program() const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  int group_of(std::string_view tensor_name) const override;

 private:
  std::shared_ptr<ResNetEncoder> encoder_;
  torch::nn::BatchNorm2d norm_{nullptr};
  std::array<torch::nn::Conv2d, 2> middle_{nullptr, nullptr};
  std::array<std::shared_ptr<DynamicUnetBlock>, 4> blocks_;
  std::shared_ptr<PixelShuffleUpsampling> last_upsampling_;
  std::array<torch::nn::Conv2d, 2> cross_{nullptr, nullptr};
  torch::nn::Conv2d head_{nullptr};
};

}  // namespace fossilct
