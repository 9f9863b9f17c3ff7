// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "networks/classifier_head.h"
#include "networks/network.h"
#include "networks/resnet.h"

namespace fossilct {

// A network that says what an image shows, in three parts: convolutions make maps, of which vectors
// (features) are collected, on which the head decides. Features have no dropout before them: they
// are computed once, whatever the head does with them.
class Classifier : public Network {
 public:
  using Network::Network;

  // head over features, with dropout in training, no measurement known.
  at::Tensor forward(const at::Tensor& images) override;
  Program program() const override;

  // N,O,F; O = 4 orientations of base-cyclic and resnet-cyclic, else 1.
  at::Tensor features(const at::Tensor& images);

  // The parts of features(): what the convolutions see (four orientations where a ResNet is
  // cyclic), what they make of it, what is collected of that.
  at::Tensor oriented(const at::Tensor& images) const;
  virtual at::Tensor maps(const at::Tensor& oriented) = 0;
  virtual at::Tensor collected(const at::Tensor& maps) const = 0;
  // maps() as a program.
  Program trunk() const;

  const ClassifierHead& head() const { return *head_; }

 protected:
  // Registers its layers below a module of that name; empty: as parts of the network itself.
  void set_head(ClassifierHead head, const std::string& module_name);

 private:
  virtual ValueId append_maps(Program& program, ValueId oriented) const = 0;
  virtual ValueId append_collected(Program& program, ValueId maps) const = 0;

  std::unique_ptr<ClassifierHead> head_;
};

// The network as the classifier that it is. Throws Error{format} for a U-Net.
std::shared_ptr<Classifier> as_classifier(const std::shared_ptr<Network>& network);

// torchvision's resnet18 ... resnet152: encoder, mean over the image, one linear layer `fc`; or
// with the layers of spec.head, `tail`. Features: 512 or 2048; of a cyclic one the largest over the
// orientations.
class ResNetClassifier : public Classifier {
 public:
  explicit ResNetClassifier(const NetworkSpec& spec);

  at::Tensor maps(const at::Tensor& oriented) override;
  at::Tensor collected(const at::Tensor& maps) const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  int group_of(std::string_view tensor_name) const override;

 private:
  ValueId append_maps(Program& program, ValueId oriented) const override;
  ValueId append_collected(Program& program, ValueId maps) const override;

  std::shared_ptr<ResNetEncoder> encoder_;
};

// Channels of the convolutions of "vgg16", "vgg16_bn", ...; 0 stands for a 2x2 maximum.
const std::vector<int>& vgg_widths(const std::string& encoder);

// torchvision's vgg11 ... vgg19, with or without batch norm (Simonyan and Zisserman 2015):
// convolutions `features`, mean over 7 x 7 cells, three linear layers `classifier` with dropout
// 0.5; or with the layers of spec.head, `tail`.
class VggClassifier : public Classifier {
 public:
  explicit VggClassifier(const NetworkSpec& spec);

  at::Tensor maps(const at::Tensor& oriented) override;
  at::Tensor collected(const at::Tensor& maps) const override;
  std::string encoder_name(std::string_view torchvision_name) const override;
  // The first half of the convolutions is group 0, the second 1, the classifier 2.
  int group_of(std::string_view tensor_name) const override;

 private:
  ValueId append_maps(Program& program, ValueId oriented) const override;
  ValueId append_collected(Program& program, ValueId maps) const override;

  struct Step {  // a convolution with its ReLU, or (null) a 2x2 maximum
    torch::nn::Conv2d conv{nullptr};
    torch::nn::BatchNorm2d norm{nullptr};
  };
  std::vector<Step> steps_;
  int first_index_of_second_half_ = 0;
};

}  // namespace fossilct
