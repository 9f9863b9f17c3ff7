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

// A value of each orientation: channels of their own of one value where they were made together.
using Oriented = std::array<ConvInput, orientations>;

bool is_one_value(const Oriented& parts) { return parts.front().value == parts.back().value; }

// Weights for one orientation's view, turned back by `turn` quarters. `beside`: what is read are
// the maps of all in the order of orientations; the weights have those of the view's own first.
at::Tensor turned_weight(const at::Tensor& weight, int turn, bool beside) {
  const at::Tensor turned = at::rot90(weight, -turn, {2, 3});
  return beside ? at::roll(turned, turn * (weight.size(1) / orientations), 1) : turned;
}

// The weights of all orientations for a convolution of each one's own channels: zeros elsewhere.
at::Tensor diagonal_weight(const at::Tensor& weight) {
  const std::int64_t out = weight.size(0), in = weight.size(1);
  at::Tensor all =
      at::zeros({orientations * out, orientations * in, weight.size(2), weight.size(3)});
  for (int turn = 0; turn < orientations; ++turn) {
    all.narrow(0, turn * out, out)
        .narrow(1, turn * in, in)
        .copy_(turned_weight(weight, turn, false));
  }
  return all;
}

// Appends blocks of convolutions, one an orientation, whose value 0 is all of `seen`: the images,
// or
// (`beside`) the maps of all orientations in order. What reads those alone is one convolution for
// all of them, whose input is read once. Where an orientation's channels fill no vector, so is the
// rest, with zeros for weights: apart they would be padded by as many.
class TurnedBlocks {
 public:
  TurnedBlocks(Program& program, const Program& block, std::vector<ConvInput> seen, bool beside)
      : program_(program), block_(block), seen_(std::move(seen)), beside_(beside) {}

  Oriented append() {
    values_.emplace_back();  // value 0 is `seen`
    for (std::size_t i = 0; i < block_.ops.size(); ++i) {
      const auto& conv = std::get<ConvOp>(block_.ops[i]);
      values_.push_back(is_together(conv, static_cast<ValueId>(i + 1)) ? made_together(conv)
                                                                       : made_apart(conv));
    }
    return values_.back();
  }

 private:
  const Oriented& place(ValueId value) const { return values_[static_cast<std::size_t>(value)]; }

  bool is_together(const ConvOp& conv, ValueId value) const {
    constexpr int widest_vector = 16;
    if (conv.weight.size(0) % widest_vector != 0) {
      return true;
    }
    // What is added to a value must be a whole one.
    const bool added = std::any_of(block_.ops.begin(), block_.ops.end(), [&](const Op& op) {
      return std::get<ConvOp>(op).residual == value;
    });
    return conv.inputs.front().value == 0 && !added;
  }

  Oriented made_together(const ConvOp& conv) {
    ConvOp all = conv;
    const ValueId read = conv.inputs.front().value;
    if (read == 0) {
      all.inputs = seen_;
      std::vector<at::Tensor> weights;
      for (int turn = 0; turn < orientations; ++turn) {
        weights.push_back(turned_weight(conv.weight, turn, beside_));
      }
      all.weight = at::cat(weights, 0).contiguous();
    } else {
      all.inputs = {{.value = place(read).front().value}};
      all.weight = diagonal_weight(conv.weight);
    }
    all.bias = conv.bias.repeat({orientations});
    if (conv.residual) {
      all.residual = *conv.residual == 0 ? repeated_images(conv.weight.size(0))
                                         : place(*conv.residual).front().value;
    }
    const ValueId value = program_.add(std::move(all));
    const auto channels = static_cast<int>(conv.weight.size(0));
    Oriented parts;
    for (int turn = 0; turn < orientations; ++turn) {
      parts[static_cast<std::size_t>(turn)] = {value, false, turn * channels, channels};
    }
    return parts;
  }

  // What an identity shortcut of the first block adds to all orientations.
  ValueId repeated_images(std::int64_t channels) {
    ConvOp identity;
    identity.inputs = seen_;
    identity.weight = at::eye(channels).repeat({orientations, 1}).view({-1, channels, 1, 1});
    identity.bias = at::zeros({orientations * channels});
    return program_.add(std::move(identity));
  }

  Oriented made_apart(const ConvOp& conv) {
    const ValueId read = conv.inputs.front().value;
    Oriented made;
    for (int turn = 0; turn < orientations; ++turn) {
      const auto t = static_cast<std::size_t>(turn);
      ConvOp own = conv;
      own.inputs = read == 0 ? seen_ : std::vector{place(read)[t]};
      own.weight = turned_weight(conv.weight, turn, read == 0 && beside_).contiguous();
      if (conv.residual) {
        own.residual = place(*conv.residual)[t].value;
      }
      made[t] = {.value = program_.add(std::move(own))};
    }
    return made;
  }

  Program& program_;
  const Program& block_;
  std::vector<ConvInput> seen_;
  bool beside_;
  std::vector<Oriented> values_;
};

// The maps of all orientations as one value: convolutions are what all executors know.
ValueId append_beside(Program& program, const std::vector<ConvInput>& maps, int channels) {
  const int all = orientations * channels;
  ConvOp identity;
  identity.weight = at::eye(all).view({all, all, 1, 1});
  identity.bias = at::zeros({all});
  identity.inputs = maps;
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
  std::vector<ConvInput> seen = {{.value = oriented}};
  const std::size_t count = std::max(plain_.size(), residual_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Program block = block_program(i);
    const Oriented made = TurnedBlocks(program, block, std::move(seen), i > 0).append();
    seen.clear();
    for (const ConvInput& convolved : made) {
      seen.push_back({.value = program.add(MaxPoolOp{
                          .input = convolved.value, .kernel = 2, .stride = 2, .padding = 0})});
      if (is_one_value(made)) {
        break;
      }
    }
  }
  return append_beside(program, seen, spec().filters << (count - 1));
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
