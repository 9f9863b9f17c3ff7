// SPDX-License-Identifier: Apache-2.0
#include "networks/cyclic_classifier.h"

#include <ATen/ATen.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>

#include <algorithm>
#include <array>

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

// Appends a block of convolutions, whose value 0 is all of `seen` one after the other, with weights
// turned back by `turn` quarters. An identity shortcut has one value to see.
ValueId append_turned(Program& program, const Program& block, const std::vector<ValueId>& seen,
                      int turn) {
  std::vector<ValueId> places = {seen.front()};  // of the block's values in the program
  for (const Op& op : block.ops) {
    ConvOp conv = std::get<ConvOp>(op);
    std::vector<ConvInput> inputs;
    for (const ConvInput& input : conv.inputs) {
      if (input.value == 0) {
        for (const ValueId value : seen) {
          inputs.push_back({.value = value});
        }
      } else {
        inputs.push_back({.value = places[static_cast<std::size_t>(input.value)]});
      }
    }
    conv.inputs = std::move(inputs);
    if (conv.residual) {
      conv.residual = places[static_cast<std::size_t>(*conv.residual)];
    }
    conv.weight = at::rot90(conv.weight, -turn, {2, 3}).contiguous();
    places.push_back(program.add(std::move(conv)));
  }
  return places.back();
}

// The maps of all orientations as one value: convolutions are what all executors know.
ValueId append_beside(Program& program, const std::array<ValueId, orientations>& maps,
                      int channels) {
  const int all = orientations * channels;
  ConvOp identity;
  identity.weight = at::eye(all).view({all, all, 1, 1});
  identity.bias = at::zeros({all});
  for (const ValueId value : maps) {
    identity.inputs.push_back({.value = value});
  }
  return program.add(std::move(identity));
}

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
    x = i > 0 ? cyclic_rolled(x) : x;
    x = plain_.empty() ? residual_[i]->forward(x) : plain_[i]->forward(x);
    x = at::max_pool2d(x, 2, 2);
  }
  std::vector<at::Tensor> own = at::chunk(x, orientations, 0);
  for (int turn = 0; turn < orientations; ++turn) {
    at::Tensor& maps = own[static_cast<std::size_t>(turn)];
    maps = at::rot90(maps, -turn, {2, 3});
  }
  return at::cat(own, 1);
}

at::Tensor CyclicClassifier::collected(const at::Tensor& maps) const {
  const std::vector<at::Tensor> own = at::chunk(maps, orientations, 1);
  std::vector<at::Tensor> vectors;
  for (int turn = 0; turn < orientations; ++turn) {
    std::vector<at::Tensor> beside;
    for (int step = 0; step < orientations; ++step) {
      beside.push_back(own[static_cast<std::size_t>((turn + step) % orientations)]);
    }
    vectors.push_back(at::rot90(at::cat(beside, 1), turn, {2, 3}).flatten(1));
  }
  return at::stack(vectors, 1);
}

Program CyclicClassifier::block_program(std::size_t number) const {
  Program block;
  if (plain_.empty()) {
    residual_[number]->append_to(block, 0);
  } else {
    plain_[number]->append_to(block, 0);
  }
  return block;
}

ValueId CyclicClassifier::append_maps(Program& program, ValueId oriented) const {
  program.image_size = spec().size;
  std::array<ValueId, orientations> maps{};
  const std::size_t count = std::max(plain_.size(), residual_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Program block = block_program(i);
    const std::array<ValueId, orientations> before = maps;
    for (int turn = 0; turn < orientations; ++turn) {
      std::vector<ValueId> seen = {oriented};
      if (i > 0) {
        seen.clear();
        for (int step = 0; step < orientations; ++step) {
          seen.push_back(before[static_cast<std::size_t>((turn + step) % orientations)]);
        }
      }
      const ValueId convolved = append_turned(program, block, seen, turn);
      maps[static_cast<std::size_t>(turn)] =
          program.add(MaxPoolOp{.input = convolved, .kernel = 2, .stride = 2, .padding = 0});
    }
  }
  return append_beside(program, maps, spec().filters << (count - 1));
}

Program CyclicClassifier::program() const {
  Program program;
  program.input_channels = spec().channels;
  program.image_size = spec().size;
  ValueId x = program.add(CyclicSliceOp{0});
  const std::size_t count = std::max(plain_.size(), residual_.size());
  for (std::size_t i = 0; i < count; ++i) {
    x = plain_.empty() ? residual_[i]->append_to(program, x) : plain_[i]->append_to(program, x);
    x = program.add(MaxPoolOp{.input = x, .kernel = 2, .stride = 2, .padding = 0});
    x = program.add(CyclicRollOp{x});
  }
  head().append_to(program, append_collected(program, x));
  return program;
}

// LinearOp takes all rolled maps of an orientation as one vector.
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
