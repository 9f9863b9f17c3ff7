// SPDX-License-Identifier: Apache-2.0
#include "networks/training_norm.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>
#include <vector>

#include "networks/engine/instruction_sets.h"
#include "networks/network.h"
#include "networks/training_kernels.h"

using namespace fossilct;

namespace {

constexpr double tolerance = 1e-5;  // of the largest value

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

struct Form {
  bool relu, residual, training;
  double momentum = 0.1;  // 0: the mean of all batches
  double mean = 0;        // of x
};

struct Problem {
  Form form;
  torch::nn::BatchNorm2d norm;
  at::Tensor x, residual, out_gradient;

  Problem(const Form& f, at::IntArrayRef shape)
      : form(f),
        norm(torch::nn::BatchNorm2dOptions(shape[1]).momentum(
            f.momentum > 0 ? c10::optional<double>(f.momentum) : c10::optional<double>())) {
    at::manual_seed(5);
    const at::NoGradGuard no_gradients;
    norm->weight.uniform_(-1, 1);
    norm->bias.uniform_(-1, 1);
    norm->running_mean.uniform_(-1, 1);
    norm->running_var.uniform_(0.5, 2);
    norm->train(form.training);
    x = at::randn(shape) * at::rand({shape[1], 1, 1}) + form.mean;
    residual = form.residual ? at::randn(shape) : at::Tensor();
    out_gradient = at::randn(shape);
  }

  // Output, gradients, running statistics.
  std::vector<at::Tensor> results() {
    const torch::nn::BatchNorm2d copy =
        std::dynamic_pointer_cast<torch::nn::BatchNorm2dImpl>(norm->clone());
    std::vector<at::Tensor> inputs{x.detach().requires_grad_(), copy->weight, copy->bias};
    if (form.residual) {
      inputs.push_back(residual.detach().requires_grad_());
    }
    at::Tensor out =
        normalised(copy, inputs[0], form.relu, form.residual ? inputs.back() : at::Tensor());
    out = out + normalised(copy, inputs[0].square(), false);  // a second batch's statistics
    std::vector<at::Tensor> all = torch::autograd::grad({out}, inputs, {out_gradient});
    for (const at::Tensor& more : {out.detach(), copy->running_mean, copy->running_var,
                                   copy->num_batches_tracked.to(at::kFloat)}) {
      all.push_back(more);
    }
    return all;
  }
};

void check_against_libtorch(const Form& form, at::IntArrayRef shape) {
  Problem problem(form, shape);
  std::vector<at::Tensor> expected;
  {
    const TrainingKernelsGuard libtorch(nullptr);
    expected = problem.results();
  }
  std::vector<const kernels::KernelSet*> sets{&kernels::emulated_avx512_fp32()};
  for (const InstructionSet set : available_instruction_sets()) {
    sets.push_back(&kernels_of(set, false));
  }
  for (const kernels::KernelSet* set : sets) {
    CAPTURE(set->width);
    const TrainingKernelsGuard guard(set);
    const std::vector<at::Tensor> found = problem.results();
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(largest(found[i] - expected[i]) <= tolerance * largest(expected[i]));
    }
  }
}

}  // namespace

TEST_CASE("batch norm with ReLU and residual, and its gradients, are LibTorch's") {
  for (const bool training : {true, false}) {
    for (const bool relu : {true, false}) {
      for (const bool residual : {true, false}) {
        CAPTURE(training);
        CAPTURE(relu);
        CAPTURE(residual);
        const Form form{relu, residual, training};
        check_against_libtorch(form, {2, 16, 5, 7});
        check_against_libtorch(form, {3, 48, 33, 40});  // several blocks
        check_against_libtorch(form, {1, 17, 4, 4});    // fills no vector
        check_against_libtorch(form, {2, 64, 3, 2});
      }
    }
  }
}

TEST_CASE("without a momentum the running statistics are the mean of all batches") {
  check_against_libtorch({true, false, true, 0}, {2, 16, 9, 9});
}

TEST_CASE("a mean far from 0 costs no digits of the variance") {
  const at::Tensor x = at::randn({1, 16, 32, 32}, at::kDouble) + 1000;
  const torch::nn::BatchNorm2d norm(16);
  const at::Tensor found = normalised(norm, x.to(at::kFloat), false);
  const at::Tensor in_double = x.to(at::kFloat).to(at::kDouble);
  const at::Tensor mean = in_double.mean({0, 2, 3}, true);
  const at::Tensor variance = in_double.var({0, 2, 3}, false, true);
  const at::Tensor expected = (in_double - mean) / (variance + 1e-5).sqrt();
  CHECK(largest(found - expected) < 1e-3);  // the rounding of the mean itself
}

TEST_CASE("one value a channel has no variance") {
  const torch::nn::BatchNorm2d norm(16);
  CHECK_THROWS(normalised(norm, at::randn({1, 16, 1, 1}), true));
}

TEST_CASE("a step of a whole network gives the gradients of double precision, and the same twice") {
  for (const char* decoder : {"conv", "pixelshuffle"}) {
    CAPTURE(decoder);
    NetworkSpec spec;
    spec.encoder = "resnet18";
    spec.decoder = decoder;
    const at::Tensor images = at::rand({2, 1, 64, 96});
    const at::Tensor labels = (images.squeeze(1) > 0.5).to(at::kLong);
    const auto gradients = [&](at::ScalarType type) {
      const std::shared_ptr<Network> network = make_network(spec);
      network->to(type);
      make_channels_last(*network);
      at::cross_entropy_loss(network->forward(images.to(type)), labels).backward();
      std::vector<at::Tensor> all;
      for (const at::Tensor& parameter : network->parameters()) {
        all.push_back(parameter.grad());
      }
      return all;
    };
    const std::vector<at::Tensor> once = gradients(at::kFloat), again = gradients(at::kFloat);
    const std::vector<at::Tensor> expected = gradients(at::kDouble);  // LibTorch's operations
    for (std::size_t i = 0; i < once.size(); ++i) {
      CAPTURE(i);
      REQUIRE(once[i].defined() == expected[i].defined());
      if (once[i].defined()) {
        CHECK(at::equal(once[i], again[i]));
        // ReLU decides by the sign of values that differ in their last digits, and the deepest
        // batch norm has 12 values a channel: LibTorch's own gradients in fp32 are up to 3% off.
        const double error = (once[i] - expected[i]).norm().item<double>();
        CHECK(error <= 0.1 * expected[i].norm().item<double>() + 1e-6);
      }
    }
  }
}
