// SPDX-License-Identifier: Apache-2.0
#include "networks/cyclic_classifier.h"

#include <ATen/ATen.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include "base/error.h"
#include "base/text.h"
#include "networks/cyclic.h"
#include "networks/fold.h"
#include "networks/training_convolution.h"
#include "networks/training_norm.h"

namespace fossilct {
namespace {

constexpr std::string_view blocks_prefix = "blocks.";

torch::nn::Conv2d convolution(int in, int out) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(in, out, 3).padding(1).bias(false));
  torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
  return conv;
}

// What the last block leaves of a side.
int last_side(int size) { return size >> cyclic_blocks(size); }

}  // namespace

PlainBlock::PlainBlock(int in_channels, int width) {
  conv1_ = register_module("conv1", convolution(in_channels, width));
  norm1_ = register_module("bn1", torch::nn::BatchNorm2d(width));
  conv2_ = register_module("conv2", convolution(width, width));
  norm2_ = register_module("bn2", torch::nn::BatchNorm2d(width));
}

at::Tensor PlainBlock::forward(const at::Tensor& x) {
  const at::Tensor first = normalised(norm1_, convolved(conv1_, x), true);
  return normalised(norm2_, convolved(conv2_, first), true);
}

ValueId PlainBlock::append_to(Program& program, ValueId input) const {
  ConvOp first = folded(*conv1_, *norm1_, input);
  first.relu = true;
  ConvOp second = folded(*conv2_, *norm2_, program.add(std::move(first)));
  second.relu = true;
  return program.add(std::move(second));
}

CyclicClassifier::CyclicClassifier(const NetworkSpec& spec) : Classifier(spec) {
  torch::nn::ModuleList blocks;
  int channels = spec.channels;
  int width = spec.filters;
  for (int i = 0; i < cyclic_blocks(spec.size); ++i) {
    if (spec.encoder == "resnet-cyclic") {
      residual_.push_back(std::make_shared<ResidualBlock>(channels, width, 1, false));
      blocks->push_back(residual_.back());
    } else {
      plain_.push_back(std::make_shared<PlainBlock>(channels, width));
      blocks->push_back(plain_.back());
    }
    channels = orientations * width;
    width *= 2;
  }
  register_module("blocks", blocks);
  const int side = last_side(spec.size);
  set_head(make_tail(spec, channels * side * side), "tail");
}

at::Tensor CyclicClassifier::maps(const at::Tensor& oriented) {
  if (oriented.size(2) != spec().size || oriented.size(3) != spec().size) {
    const std::string size = std::to_string(spec().size);
    throw Error(ErrorKind::format, "the network is made for images of " + size + " x " + size +
                                       "; it was given " + std::to_string(oriented.size(2)) +
                                       " x " + std::to_string(oriented.size(3)));
  }
  at::Tensor x = cyclic_sliced(oriented);
  const std::size_t count = std::max(plain_.size(), residual_.size());
  for (std::size_t i = 0; i < count; ++i) {
    x = plain_.empty() ? residual_[i]->forward(x) : plain_[i]->forward(x);
    x = cyclic_rolled(at::max_pool2d(x, 2, 2));
  }
  return x;
}

at::Tensor CyclicClassifier::collected(const at::Tensor& maps) const {
  const at::Tensor vectors = maps.flatten(1);
  return vectors.view({orientations, -1, vectors.size(1)}).transpose(0, 1);
}

ValueId CyclicClassifier::append_maps(Program& program, ValueId oriented) const {
  program.image_size = spec().size;
  ValueId x = program.add(CyclicSliceOp{oriented});
  const std::size_t count = std::max(plain_.size(), residual_.size());
  for (std::size_t i = 0; i < count; ++i) {
    x = plain_.empty() ? residual_[i]->append_to(program, x) : plain_[i]->append_to(program, x);
    x = program.add(MaxPoolOp{.input = x, .kernel = 2, .stride = 2, .padding = 0});
    x = program.add(CyclicRollOp{x});
  }
  return x;
}

// LinearOp takes all maps of an orientation as one vector.
ValueId CyclicClassifier::append_collected(Program& /*program*/, ValueId maps) const {
  return maps;
}

// torchvision has no such network.
std::string CyclicClassifier::encoder_name(std::string_view /*torchvision_name*/) const {
  return {};
}

int CyclicClassifier::group_of(std::string_view tensor_name) const {
  if (!tensor_name.starts_with(blocks_prefix)) {
    return 2;
  }
  const std::string_view rest = tensor_name.substr(blocks_prefix.size());
  const auto block = parse_integer(rest.substr(0, rest.find('.')));
  return !block ? 2 : 2 * *block < cyclic_blocks(spec().size) ? 0 : 1;
}

}  // namespace fossilct
