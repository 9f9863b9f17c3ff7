// SPDX-License-Identifier: Apache-2.0
#include "networks/classifier_head.h"

#include <ATen/ATen.h>
#include <torch/nn/init.h>

#include "networks/fold.h"
#include "networks/linear.h"

namespace fossilct {
namespace {

constexpr int hidden = 512;        // of all papers' heads
constexpr int second_hidden = 64;  // Johansen and Sorensen
constexpr double plain_dropout = 0.5;
constexpr double vector_dropout = 0.95;  // Marchant: keeps 0.05 of the extractor's vector
constexpr double hidden_dropout = 0.85;  // and 0.15 of the first hidden layer

at::Tensor dropped(const at::Tensor& x, double share, const ClassifierHead::Dropout& dropout) {
  if (!dropout || share == 0) {
    return x;
  }
  // Drawn on the CPU, so that a seed gives the same on every device.
  at::Tensor kept = at::empty(x.sizes(), at::kFloat);
  kept.bernoulli_(1 - share, *dropout);
  return x * kept.to(x.device(), x.scalar_type()).div_(1 - share);
}

}  // namespace

ClassifierHead::ClassifierHead(std::vector<HeadLayer> layers, const std::vector<int>& widths,
                               int measurements)
    : layers_(std::move(layers)), measurements_(measurements) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const int inputs = widths[i] + (layers_[i].joins ? 2 * measurements : 0);
    linears_.emplace_back(inputs, widths[i + 1]);
  }
}

at::Tensor ClassifierHead::joined(const at::Tensor& x, const at::Tensor& measurements) const {
  if (measurements_ == 0) {
    return x;
  }
  if (!measurements.defined()) {
    return at::cat({x, at::zeros({x.size(0), measurements_}, x.options()),
                    at::ones({x.size(0), measurements_}, x.options())},
                   1);
  }
  const at::Tensor values = measurements.to(x.options());
  return at::cat({x, at::nan_to_num(values, 0.0), at::isnan(values).to(x.scalar_type())}, 1);
}

at::Tensor ClassifierHead::embedding(const at::Tensor& features, const at::Tensor& measurements,
                                     const Dropout& dropout) const {
  at::Tensor x = features;  // N,O,F until the orientations are pooled
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const HeadLayer& layer = layers_[i];
    if (layer.pool_before || (x.dim() == 3 && x.size(1) == 1)) {
      x = x.amax(1);
    }
    x = dropped(x, layer.dropout, dropout);
    if (i + 1 == layers_.size()) {
      break;
    }
    x = linear(layer.joins ? joined(x, measurements) : x, linears_[i]->weight, linears_[i]->bias)
            .relu();
  }
  return x;
}

std::int64_t ClassifierHead::embedding_width() const {
  const int joining = layers_.back().joins ? 2 * measurements_ : 0;
  return linears_.back()->weight.size(1) - joining;
}

at::Tensor ClassifierHead::logits(const at::Tensor& embedding,
                                  const at::Tensor& measurements) const {
  const torch::nn::LinearImpl& last = *linears_.back();
  return linear(layers_.back().joins ? joined(embedding, measurements) : embedding, last.weight,
                last.bias);
}

void ClassifierHead::append_to(Program& program, ValueId features) const {
  ValueId x = features;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (layers_[i].pool_before) {
      x = program.add(CyclicPoolOp{x});
    }
    LinearOp op = linear_op(*linears_[i], x);
    if (layers_[i].joins && measurements_ > 0) {
      // Values 0 leave no trace, indicators 1 add their weights.
      const std::int64_t inputs = op.weight.size(1) - 2 * measurements_;
      op.bias = op.bias + op.weight.slice(1, inputs + measurements_).sum(1);
      op.weight = op.weight.slice(1, 0, inputs).contiguous();
    }
    op.relu = i + 1 < layers_.size();
    x = program.add(std::move(op));
  }
}

ClassifierHead make_tail(const NetworkSpec& spec, int features) {
  const auto name = [](int i) { return std::to_string(i); };
  std::vector<HeadLayer> layers;
  std::vector<int> widths = {features, hidden};
  if (has_cyclic_blocks(spec.encoder)) {
    layers = {{name(0), plain_dropout, false, false}, {name(1), 0, true, true}};
  } else if (spec.head == "512-512") {
    layers = {{name(0), vector_dropout, false, false},
              {name(1), hidden_dropout, false, true},
              {name(2), 0, false, false}};
    widths.push_back(hidden);
  } else {
    layers = {{name(0), 0, false, false},
              {name(1), plain_dropout, false, true},
              {name(2), plain_dropout, false, false}};
    widths.push_back(second_hidden);
  }
  widths.push_back(spec.classes);
  ClassifierHead head(std::move(layers), widths, spec.measurements);
  for (const torch::nn::Linear& linear : head.linears()) {
    torch::nn::init::xavier_uniform_(linear->weight);
    torch::nn::init::zeros_(linear->bias);
  }
  return head;
}

}  // namespace fossilct
