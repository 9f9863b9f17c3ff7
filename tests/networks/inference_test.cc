// SPDX-License-Identifier: Apache-2.0
#include "networks/inference.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "fixture.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;

std::shared_ptr<Network> network_of(const std::string& encoder, const std::string& decoder) {
  NetworkSpec spec;
  spec.encoder = encoder;
  spec.decoder = decoder;
  spec.channels = 2;
  spec.classes = 3;
  const std::shared_ptr<Network> network = make_network(spec);
  network->eval();
  fill_by_rule(*network);
  return network;
}

at::Tensor reference(Network& network, const at::Tensor& images) {
  const at::NoGradGuard no_gradients;
  return network.forward(images);
}

TEST_CASE("the fp32 inference form equals the training form, whoever runs it, at any size") {
  const auto network = network_of("resnet18", "conv");
  for (const Backend backend : {Backend::automatic, Backend::own, Backend::libtorch}) {
    InferenceNetwork inference(*network, {.precision = Precision::fp32, .backend = backend});
    CAPTURE(inference.choice().describe());
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{1, 2, 64, 96}, {3, 2, 33, 70}, {1, 2, 7, 130}}) {
      const at::Tensor images = input_by_rule(shape);
      const at::Tensor logits = inference.forward(images);
      CHECK(logits.is_contiguous());
      CHECK((logits.scalar_type() == at::kFloat));
      CHECK(largest_difference(logits, reference(*network, images)) < fixture_tolerance);
    }
  }
}

TEST_CASE("networks that our kernels do not know go to LibTorch by themselves") {
  const auto network = network_of("resnet18", "pixelshuffle");
  InferenceNetwork inference(*network, {.precision = Precision::fp32});
  CHECK(inference.choice().backend == Backend::libtorch);
  CHECK(inference.choice().describe() == "fp32, LibTorch");
  const at::Tensor images = input_by_rule({1, 2, 45, 64});
  CHECK(largest_difference(inference.forward(images), reference(*network, images)) <
        fixture_tolerance);
  CHECK(message_of<Error>([&] {
          InferenceNetwork own(*network, {.precision = Precision::fp32, .backend = Backend::own});
        }).find("our own kernels can't run this network in fp32") != std::string::npos);
}

TEST_CASE("classifiers have an inference form too") {
  const auto network = make_network({.architecture = "classifier",
                                     .encoder = "resnet18",
                                     .decoder = "",
                                     .channels = 1,
                                     .classes = 5});
  network->eval();
  const at::Tensor images = input_by_rule({2, 1, 50, 41});
  InferenceNetwork inference(*network, {.precision = Precision::fp32});
  CHECK(largest_difference(inference.forward(images), reference(*network, images)) <
        fixture_tolerance);
}

TEST_CASE("images of another shape are refused, with both shapes") {
  const auto network = network_of("resnet18", "conv");
  InferenceNetwork inference(*network, {.precision = Precision::fp32});
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 3, 64, 64}, {2, 64, 64}, {1, 2, 0, 64}}) {
    const std::string message = message_of<Error>([&] { inference.forward(at::zeros(shape)); });
    CHECK(message.find("N,C,H,W with C = 2") != std::string::npos);
    CHECK(message.find(std::to_string(shape[0]) + "," + std::to_string(shape[1])) !=
          std::string::npos);
  }
  CHECK(inference.forward(at::zeros({0, 2, 64, 64})).sizes() == at::IntArrayRef({0, 3, 64, 64}));
}

TEST_CASE("automatic precision keeps the labels of fp32") {
  const auto network = network_of("resnet18", "conv");
  InferenceNetwork inference(*network, {});
  CHECK(inference.choice().precision != Precision::automatic);
  CHECK(inference.choice().backend != Backend::automatic);
  const at::Tensor images = input_by_rule({1, 2, 96, 96});
  const at::Tensor logits = inference.forward(images);
  // bf16 keeps 8 bits: over some forty layers the logits of this network stay within a few percent.
  CHECK(largest_difference(logits, reference(*network, images)) < 0.05);
}

TEST_CASE("the same choice gives the same bits") {
  const auto network = network_of("resnet18", "conv");
  InferenceNetwork a(*network, {});
  InferenceNetwork b(*network, {.precision = a.choice().precision, .backend = a.choice().backend});
  const at::Tensor images = input_by_rule({1, 2, 64, 64});
  const at::Tensor first = a.forward(images).clone();
  CHECK(at::equal(first, b.forward(images)));
  CHECK(at::equal(first, a.forward(images)));
  CHECK(at::equal(first[0], a.forward(at::cat({images, images}))[1]));
}

TEST_CASE("precisions are named, and refused where the device has none") {
  CHECK(precision_from_name("--precision", "bf16") == Precision::bf16);
  CHECK(name_of(Precision::automatic) == "auto");
  CHECK(message_of<Error>([] { precision_from_name("--precision", "int8"); }).find("--precision") !=
        std::string::npos);
  const auto network = network_of("resnet18", "conv");
  CHECK(message_of<Error>([&] {
          InferenceNetwork half(*network, {.precision = Precision::fp16});
        }).find("fp16 needs a CUDA device") != std::string::npos);
  const std::vector<InstructionSet> sets = available_instruction_sets();
  const bool has_bf16 = std::any_of(sets.begin(), sets.end(), multiplies_bf16);
  const std::string message = message_of<Error>([&] {
    InferenceNetwork inference(*network, {.precision = Precision::bf16});
    const at::Tensor images = input_by_rule({1, 2, 64, 64});
    CHECK(largest_difference(inference.forward(images), reference(*network, images)) < 0.05);
  });
  CHECK((message.find("AVX512-BF16 or AMX") == std::string::npos) == has_bf16);
}

}  // namespace
}  // namespace fossilct
