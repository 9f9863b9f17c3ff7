// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/cuda.h>

#include <cstdio>

#include "fixture.h"
#include "networks/inference.h"

namespace fossilct {
namespace {

bool has_gpu() {
  if (torch::cuda::is_available()) {
    return true;
  }
  std::puts("everything skipped: no CUDA device here");
  return false;
}

std::shared_ptr<Network> network_of(const std::string& decoder) {
  NetworkSpec spec;
  spec.decoder = decoder;
  const std::shared_ptr<Network> network = make_network(spec);
  network->eval();
  fill_by_rule(*network);
  return network;
}

TEST_CASE("on a GPU: fp32 equals the CPU, half precisions stay near") {
  if (!has_gpu()) {
    return;
  }
  const at::NoGradGuard no_gradients;
  const at::Device gpu(at::kCUDA, 0);
  for (const char* decoder : {"conv", "pixelshuffle"}) {
    CAPTURE(decoder);
    const auto network = network_of(decoder);
    const at::Tensor images = input_by_rule({2, 1, 96, 130});
    const at::Tensor expected = network->forward(images);
    const auto difference = [&](Precision precision) {
      InferenceNetwork inference(*network, {.device = gpu, .precision = precision});
      const at::Tensor logits = inference.forward(images.to(gpu));
      CHECK(logits.is_cuda());
      return largest_difference(logits.cpu(), expected);
    };
    CHECK(difference(Precision::fp32) < fixture_tolerance);
    CHECK(difference(Precision::fp16) < 0.01);
    CHECK(difference(Precision::bf16) < 0.05);
    CHECK(difference(Precision::automatic) < 0.01);
  }
}

TEST_CASE("on a GPU: the training form learns") {
  if (!has_gpu()) {
    return;
  }
  NetworkSpec spec;
  spec.encoder = "resnet18";
  const auto network = make_network(spec);
  network->to(at::Device(at::kCUDA, 0));
  const at::Tensor loss = network->forward(at::rand({2, 1, 64, 64}, at::kCUDA)).square().mean();
  loss.backward();
  for (const at::Tensor& parameter : network->parameters()) {
    CHECK(parameter.grad().is_cuda());
    CHECK(at::isfinite(parameter.grad()).all().item<bool>());
  }
}

}  // namespace
}  // namespace fossilct
