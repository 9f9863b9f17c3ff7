// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/modules/linear.h>

#include <memory>

#include "networks/network.h"
#include "networks/resnet.h"

namespace fossilct {

// torchvision's resnet18 ... resnet152: encoder, mean over the image, one linear layer `fc`.
class ResNetClassifier : public Network {
 public:
  explicit ResNetClassifier(const NetworkSpec& spec);

  at::Tensor forward(const at::Tensor& images) override;
  Program program() const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  int group_of(std::string_view tensor_name) const override;

  // What `fc` sees: N, 512 or 2048.
  at::Tensor embed(const at::Tensor& images);

 private:
  std::shared_ptr<ResNetEncoder> encoder_;
  torch::nn::Linear fc_{nullptr};
};

// Channels of the convolutions of "vgg16", "vgg16_bn", ...; 0 stands for a 2x2 maximum.
const std::vector<int>& vgg_widths(const std::string& encoder);

// torchvision's vgg11 ... vgg19, with or without batch norm (Simonyan and Zisserman 2015):
// convolutions `features`, mean over 7 x 7 cells, three linear layers `classifier` with dropout
// 0.5.
class VggClassifier : public Network {
 public:
  explicit VggClassifier(const NetworkSpec& spec);

  at::Tensor forward(const at::Tensor& images) override;
  Program program() const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  // The first half of the convolutions is group 0, the second 1, the classifier 2.
  int group_of(std::string_view tensor_name) const override;

 private:
  struct Step {  // a convolution with its ReLU, or (null) a 2x2 maximum
    torch::nn::Conv2d conv{nullptr};
    torch::nn::BatchNorm2d norm{nullptr};
  };
  std::vector<Step> steps_;
  std::vector<torch::nn::Linear> linears_;
  int first_index_of_second_half_ = 0;
};

}  // namespace fossilct
