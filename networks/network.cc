// SPDX-License-Identifier: Apache-2.0
#include "networks/network.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

#include "networks/classifier.h"
#include "networks/cyclic_classifier.h"
#include "networks/dynamic_unet.h"
#include "networks/unet.h"

namespace fossilct {
namespace {

// LibTorch's initialisers draw from the global generator: it is lent, seeded, and put back.
class SeededGlobalGenerator {
 public:
  explicit SeededGlobalGenerator(std::uint64_t seed)
      : generator_(at::detail::getDefaultCPUGenerator()), before_(generator_.clone()) {
    generator_.set_current_seed(seed);
  }
  ~SeededGlobalGenerator() { generator_.set_state(before_.get_state()); }
  SeededGlobalGenerator(const SeededGlobalGenerator&) = delete;
  SeededGlobalGenerator& operator=(const SeededGlobalGenerator&) = delete;

 private:
  at::Generator generator_;
  at::Generator before_;
};

std::shared_ptr<Network> built(const NetworkSpec& spec) {
  if (spec.architecture == "classifier") {
    if (spec.encoder.starts_with("vgg")) {
      return std::make_shared<VggClassifier>(spec);
    }
    if (has_cyclic_blocks(spec.encoder)) {
      return std::make_shared<CyclicClassifier>(spec);
    }
    return std::make_shared<ResNetClassifier>(spec);
  }
  if (spec.decoder == "pixelshuffle") {
    return std::make_shared<DynamicUnet>(spec);
  }
  return std::make_shared<Unet>(spec);
}

void append_state(const torch::nn::Module& module, const std::string& prefix,
                  std::vector<std::pair<std::string, at::Tensor>>& state) {
  for (const auto& parameter : module.named_parameters(false)) {
    state.emplace_back(prefix + parameter.key(), parameter.value());
  }
  for (const auto& buffer : module.named_buffers(false)) {
    state.emplace_back(prefix + buffer.key(), buffer.value());
  }
  for (const auto& child : module.named_children()) {
    append_state(*child.value(), prefix + child.key() + ".", state);
  }
}

constexpr int decoder_group = 2;

}  // namespace

std::shared_ptr<Network> make_network(const NetworkSpec& spec, std::uint64_t seed) {
  check(spec);
  const SeededGlobalGenerator generator(seed);
  return built(spec);
}

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

void make_channels_last(Network& network) {
  const at::NoGradGuard no_gradients;
  for (at::Tensor& parameter : network.parameters()) {
    if (parameter.dim() == 4) {
      // Weights of one channel lie in both orders already, and LibTorch takes them for planes: only
      // fresh strides tell.
      const auto order = at::MemoryFormat::ChannelsLast;
      parameter.set_data(at::empty_like(parameter, parameter.options(), order).copy_(parameter));
    }
  }
}

std::vector<std::pair<std::string, at::Tensor>> state_dict(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> state;
  append_state(module, "", state);
  return state;
}

std::array<std::vector<at::Tensor>, 3> parameter_groups(const Network& network) {
  std::array<std::vector<at::Tensor>, 3> groups;
  for (const auto& parameter : network.named_parameters()) {
    groups.at(static_cast<std::size_t>(network.group_of(parameter.key())))
        .push_back(parameter.value());
  }
  return groups;
}

void set_encoder_training(Network& network, const EncoderTraining& training) {
  for (const auto& module : network.named_modules("", false)) {
    if (network.group_of(module.key() + ".") == decoder_group) {
      continue;
    }
    const bool is_norm = module.value()->as<torch::nn::BatchNorm2d>() != nullptr;
    for (at::Tensor& parameter : module.value()->parameters(false)) {
      parameter.set_requires_grad(is_norm ? training.norm : training.convolutions);
    }
    if (is_norm) {
      module.value()->train(training.norm && network.is_training());
    }
  }
}

void freeze_first_layers(Network& network, double share) {
  std::vector<std::shared_ptr<torch::nn::Module>> layers;  // convolutions and batch norms
  std::int64_t convolutions = 0;
  for (const auto& module : network.named_modules("", false)) {
    const bool is_convolution = module.value()->as<torch::nn::Conv2d>() != nullptr;
    const bool is_norm = module.value()->as<torch::nn::BatchNorm2d>() != nullptr;
    if ((is_convolution || is_norm) && network.group_of(module.key() + ".") != decoder_group) {
      layers.push_back(module.value());
      convolutions += is_convolution ? 1 : 0;
    }
  }
  const std::int64_t resting = std::llround(share * static_cast<double>(convolutions));
  std::int64_t seen = 0;
  for (const std::shared_ptr<torch::nn::Module>& layer : layers) {
    const bool is_convolution = layer->as<torch::nn::Conv2d>() != nullptr;
    seen += is_convolution ? 1 : 0;
    const bool learns = seen > resting;
    for (at::Tensor& parameter : layer->parameters(false)) {
      parameter.set_requires_grad(learns);
    }
    layer->train(learns && network.is_training());
  }
}

}  // namespace fossilct
