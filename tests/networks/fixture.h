// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "networks/network.h"

namespace fossilct {

// Reference logits of another project's network under weights and an input made by a rule, which
// the README beside the fixtures gives.
struct NetworkFixture {
  NetworkSpec spec;
  std::vector<std::int64_t> input_shape;
  std::vector<std::int64_t> output_shape;
  std::int64_t parameters = 0;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;  // name, shape
  at::Tensor logits;
};
// Reads NAME.json and the file of logits it names. The spec follows from the name ("smp-unet-",
// "fastai-dynamicunet-", "torchvision-", the encoder, "blur"), the shapes and the tensors.
NetworkFixture read_network_fixture(const std::filesystem::path& json_path);

// The rule's values for a tensor of that name: weights, running statistics, biases, the input.
void fill_by_rule(const std::string& name, at::Tensor tensor);
void fill_by_rule(Network& network);
at::Tensor input_by_rule(const std::vector<std::int64_t>& shape);

// Largest |a - b| / (1 + |b|); infinite where shapes differ or a value is no number.
double largest_difference(const at::Tensor& ours, const at::Tensor& reference);
constexpr double fixture_tolerance = 1e-4;

// Where the fixtures are, beside the test data; empty where they are not.
std::filesystem::path network_fixtures();

}  // namespace fossilct
