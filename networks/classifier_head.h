// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <torch/nn/modules/linear.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "networks/program.h"
#include "networks/spec.h"

namespace fossilct {

// One linear layer and what stands before it.
struct HeadLayer {
  std::string name;          // in the state dict, as the network registers it
  double dropout = 0;        // share of its inputs that training leaves out
  bool pool_before = false;  // the largest over the orientations is taken first
  bool joins = false;        // measurements join its inputs
};

// The layers of a classifier behind its features: linear, with ReLU between them. Measurements
// enter as value and indicator, 0 and 1 where one is not known (NaN), so each makes two inputs.
class ClassifierHead {
 public:
  // What dropout draws from; nothing: no dropout.
  using Dropout = std::optional<at::Generator>;

  // `widths`: of the features, of the hidden layers, the number of classes.
  ClassifierHead(std::vector<HeadLayer> layers, const std::vector<int>& widths, int measurements);

  // features: N,O,F (O: orientations, 1 or 4); measurements: N,M, undefined: none is known.
  // Returns what the last layer sees, N,E (measurements that join there are not in it).
  at::Tensor embedding(const at::Tensor& features, const at::Tensor& measurements,
                       const Dropout& dropout) const;
  std::int64_t embedding_width() const;
  // N,classes of what embedding() returned.
  at::Tensor logits(const at::Tensor& embedding, const at::Tensor& measurements) const;

  // Appends it to the program, with no measurement known.
  void append_to(Program& program, ValueId features) const;

  const std::vector<torch::nn::Linear>& linears() const { return linears_; }
  const std::vector<HeadLayer>& layers() const { return layers_; }

 private:
  at::Tensor joined(const at::Tensor& x, const at::Tensor& measurements) const;

  std::vector<HeadLayer> layers_;
  std::vector<torch::nn::Linear> linears_;
  int measurements_;
};

// The layers of spec.head, or of base-cyclic and resnet-cyclic, behind `features` numbers an
// orientation; initialised as Keras does (Glorot uniform), which their authors used.
ClassifierHead make_tail(const NetworkSpec& spec, int features);

}  // namespace fossilct
