// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "networks/program.h"
#include "networks/spec.h"

namespace fossilct {

// A network in its training form. Its tensors bear the names of the project it is equal to:
// segmentation_models.pytorch's Unet (`encoder.layer1.0.conv1.weight`), fastai v1's DynamicUnet
// (`layers.0.4.0.conv1.weight`), torchvision (`layer1.0.conv1.weight`, `features.0.weight`).
class Network : public torch::nn::Module {
 public:
  explicit Network(NetworkSpec spec) : spec_(std::move(spec)) {}

  const NetworkSpec& spec() const { return spec_; }

  // images: N,C,H,W of the parameters' type and device, C = spec().channels, any H and W of at
  // least 1 (classifiers: 32). Returns logits, N,classes,H,W for a U-Net, N,classes for a
  // classifier.
  virtual at::Tensor forward(const at::Tensor& images) = 0;

  // The same function in evaluation mode with batch norm folded in; weights are copied, fp32, CPU.
  // Of a U-Net it is without the padding of its input (see Padding).
  virtual Program program() const = 0;

  // The name here of a tensor that torchvision's ResNet or VGG calls `torchvision_name`, whether
  // there is one or not; empty for its classification layers in a U-Net.
  virtual std::string encoder_name(std::string_view torchvision_name) const = 0;

  // Names of the tensors that belong to each group of the paper's differential learning rates, by
  // prefix: 0 stem to layer2, 1 layer3 and layer4, 2 what follows the encoder. See
  // parameter_groups.
  virtual int group_of(std::string_view tensor_name) const = 0;

 private:
  NetworkSpec spec_;
};

// Builds the network of a spec, initialised as its original does (Kaiming, ICNR, batch norm) from
// the generator's `seed`; in training mode, fp32, on the CPU. The global generator of LibTorch is
// left as it was. Throws Error{format} for a spec that check() refuses.
std::shared_ptr<Network> make_network(const NetworkSpec& spec, std::uint64_t seed = 0);

// Sum of the sizes of its parameters (batch norm's running statistics not counted).
std::int64_t parameter_count(const torch::nn::Module& module);

// Puts weights of convolutions into channels-last order, which training on a CPU reads and writes
// without a copy (and tensor cores like): once, before the optimiser is made, whose state follows
// it. Sizes and indices stay as they are; gradients come in the same order. Memory of such a tensor
// as one stretch is not what a file holds: contiguous() first.
void make_channels_last(Network& network);

// Parameters and buffers under their names, in the original's order of a state dict.
std::vector<std::pair<std::string, at::Tensor>> state_dict(const torch::nn::Module& module);

// The parameters of groups 0, 1, 2.
std::array<std::vector<at::Tensor>, 3> parameter_groups(const Network& network);

// What of the encoder learns. fastai's freeze is {.convolutions = false}: batch norm learns on and
// follows the batches. Batches of one image need {.norm = false}: batch norm then keeps its weights
// and its running statistics.
struct EncoderTraining {
  bool convolutions = true;
  bool norm = true;
};
// Sets requires_grad of the encoder's parameters and the mode of its batch norm; to be called again
// after train(), which sets every module's mode.
void set_encoder_training(Network& network, const EncoderTraining& training);

// The first `share` (0 to 1) of the encoder's convolutions, in the order of its tensors, learn no
// more, nor does the batch norm behind them, whose running statistics stay (Liu et al. 2022: half).
// To be called again after train().
void freeze_first_layers(Network& network, double share);

}  // namespace fossilct
