// SPDX-License-Identifier: Apache-2.0
#include "classify/explanation.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"

namespace fossilct {

namespace {

using Values = std::vector<at::Tensor>;

bool has_maps(const at::Tensor& value) {
  return value.dim() == 4 && value.size(2) * value.size(3) > 1;
}

const at::Tensor& maps_at(const Values& values, ValueId layer) {
  const auto place = static_cast<std::size_t>(layer);
  if (layer < 0 || place >= values.size() || !has_maps(values[place])) {
    throw Error(ErrorKind::format,
                "value " + std::to_string(layer) + " of the network has no maps to be shown");
  }
  return values[place];
}

void check(const at::Tensor& images, const std::vector<std::int64_t>& taxa,
           const at::Tensor& logits) {
  if (static_cast<std::int64_t>(taxa.size()) != images.size(0)) {
    throw Error(ErrorKind::format, std::to_string(taxa.size()) + " taxa are asked about for " +
                                       std::to_string(images.size(0)) + " pictures");
  }
  for (const std::int64_t taxon : taxa) {
    if (taxon < 0 || taxon >= logits.size(1)) {
      throw Error(ErrorKind::format, "taxon " + std::to_string(taxon) +
                                         " is none of the network's " +
                                         std::to_string(logits.size(1)));
    }
  }
}

// Of each image the logit of its taxon, added up: images do not meet in the network, so that the
// gradient of the sum is each image's own.
at::Tensor asked_logits(const Values& values, const std::vector<std::int64_t>& taxa) {
  const at::Tensor& logits = values.back();
  const at::Tensor index = at::tensor(taxa, at::kLong).to(logits.device()).unsqueeze(1);
  return logits.gather(1, index).sum();
}

at::Tensor gradient_of(const at::Tensor& sum, const at::Tensor& value) {
  const Values gradients = torch::autograd::grad({sum}, {value}, {}, false, false, true);
  return gradients.front().defined() ? gradients.front() : at::zeros_like(value);
}

at::Tensor largest_of_each(const at::Tensor& maps) { return maps.amax({1, 2}, true); }

at::Tensor grad_cam_of(const Values& values, const std::vector<std::int64_t>& taxa, ValueId layer) {
  const at::Tensor& maps = maps_at(values, layer);
  const at::Tensor& images = values.front();
  const at::Tensor weights =
      gradient_of(asked_logits(values, taxa), maps).mean(at::IntArrayRef{2, 3}, true);
  const at::Tensor spoken = (weights * maps.detach()).sum(1);
  const at::Tensor cam = turned_back(spoken, images.size(0)).mean(0).relu().unsqueeze(1);
  const at::Tensor large = at::upsample_bilinear2d(cam, images.sizes().slice(2), false).squeeze(1);
  const at::Tensor largest = largest_of_each(large);
  return at::where(largest > 0, large / largest, at::zeros_like(large));
}

at::Tensor on_cpu(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU, at::kFloat); }

// "convolution", ...
struct KindOf {
  std::string operator()(const ConvOp&) const { return "convolution"; }
  std::string operator()(const MaxPoolOp&) const { return "maximum"; }
  std::string operator()(const AveragePoolOp&) const { return "mean"; }
  std::string operator()(const auto&) const { return "other"; }
};

}  // namespace

std::vector<FeatureLayer> feature_layers(const Program& program, const at::Tensor& images) {
  const Values values = values_with_gradients(program, images);
  std::vector<FeatureLayer> layers;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const at::Tensor& value = values[i + 1];
    if (has_maps(value)) {
      layers.push_back({.value = static_cast<ValueId>(i + 1),
                        .kind = std::visit(KindOf{}, program.ops[i]),
                        .channels = static_cast<int>(value.size(1)),
                        .rows = static_cast<int>(value.size(2)),
                        .columns = static_cast<int>(value.size(3))});
    }
  }
  return layers;
}

ValueId last_convolution(const Program& program) {
  for (std::size_t i = program.ops.size(); i > 0; --i) {
    if (std::holds_alternative<ConvOp>(program.ops[i - 1])) {
      return static_cast<ValueId>(i);
    }
  }
  throw Error(ErrorKind::format, "the network has no convolution whose maps could be shown");
}

at::Tensor turned_back(const at::Tensor& values, std::int64_t images) {
  std::vector<at::Tensor> upright;
  const std::int64_t turns = values.size(0) / images;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    const at::Tensor part = values.narrow(0, turn * images, images);
    upright.push_back(at::rot90(part, -turn, {-2, -1}));
  }
  return at::stack(upright);
}

at::Tensor feature_maps(const Program& program, const at::Tensor& images, ValueId layer) {
  const Values values = values_with_gradients(program, images);
  return on_cpu(turned_back(maps_at(values, layer), images.size(0)).mean(0));
}

Explanation explain(const Program& program, const at::Tensor& images,
                    const std::vector<std::int64_t>& taxa, std::optional<ValueId> layer) {
  const ValueId looked_at = layer ? *layer : last_convolution(program);
  Explanation explanation;
  {
    const Values values = values_with_gradients(program, images);
    check(images, taxa, values.back());
    explanation.grad_cam = on_cpu(grad_cam_of(values, taxa, looked_at));
  }
  const Values guided = values_with_gradients(program, images, true);
  explanation.guided = on_cpu(gradient_of(asked_logits(guided, taxa), guided.front()));
  explanation.guided_grad_cam = explanation.guided * explanation.grad_cam.unsqueeze(1);
  return explanation;
}

}  // namespace fossilct
