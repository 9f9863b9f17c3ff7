// SPDX-License-Identifier: Apache-2.0
#include "networks/training_convolution.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/child_process.h"
#include "networks/engine/instruction_sets.h"
#include "networks/image_ops.h"
#include "networks/training_kernels.h"

using namespace fossilct;

namespace {

// The rounding of Winograd's transforms, in parts of the tensor's largest value.
constexpr double tolerance = 2e-5;

struct NamedKernels {
  std::string name;
  const kernels::KernelSet* kernels;
};

std::vector<NamedKernels> all_kernels() {
  std::vector<NamedKernels> all;
  for (const InstructionSet set : available_instruction_sets()) {
    all.push_back({name_of(set), &kernels_of(set, false)});
  }
  all.push_back({"emulated avx512", &kernels::emulated_avx512_fp32()});
  return all;
}

struct Shape {
  std::int64_t images, channels, skip_channels, outputs, height, width;
  bool bias = false, enlarged = false, channels_last = true;
  std::int64_t stride = 1;
};

std::string to_text(const Shape& s) {
  return std::to_string(s.images) + " x " + std::to_string(s.channels) + " + " +
         std::to_string(s.skip_channels) + " x " + std::to_string(s.height) + " x " +
         std::to_string(s.width) + " -> " + std::to_string(s.outputs) + (s.bias ? ", bias" : "") +
         (s.enlarged ? ", enlarged" : "") + (s.stride == 2 ? ", stride 2" : "") +
         (s.channels_last ? "" : ", planes");
}

// Input, weights and the gradient of the output, the same for each way of computing.
struct Problem {
  Shape shape;
  at::Tensor x, skip, out_gradient;
  torch::nn::Conv2d conv;

  explicit Problem(const Shape& s)
      : shape(s),
        conv(torch::nn::Conv2dOptions(s.channels + s.skip_channels, s.outputs, 3)
                 .padding(1)
                 .stride(s.stride)
                 .bias(s.bias)) {
    at::manual_seed(3);
    const std::int64_t scale = s.enlarged ? 2 : 1;
    x = tensor(s.channels, 1);
    skip = s.skip_channels > 0 ? tensor(s.skip_channels, scale) : at::Tensor();
    const auto out_size = [&](std::int64_t size) { return (scale * size - 1) / s.stride + 1; };
    out_gradient = at::randn({s.images, s.outputs, out_size(s.height), out_size(s.width)});
    if (s.channels_last) {
      conv->weight.set_data(conv->weight.contiguous(at::MemoryFormat::ChannelsLast));
    }
  }

  at::Tensor tensor(std::int64_t channels, std::int64_t scale) const {
    const at::Tensor dense =
        at::randn({shape.images, channels, scale * shape.height, scale * shape.width});
    return shape.channels_last ? dense.contiguous(at::MemoryFormat::ChannelsLast) : dense;
  }

  // Output, then the gradients of all inputs.
  std::vector<at::Tensor> results() {
    std::vector<at::Tensor> inputs{x.detach().requires_grad_(), conv->weight};
    if (shape.bias) {
      inputs.push_back(conv->bias);
    }
    if (skip.defined()) {
      inputs.push_back(skip.detach().requires_grad_());
    }
    const at::Tensor out =
        shape.enlarged
            ? convolved_enlarged(conv, inputs[0], skip.defined() ? inputs.back() : at::Tensor())
            : convolved(conv, inputs[0]);
    std::vector<at::Tensor> all = torch::autograd::grad({out}, inputs, {out_gradient});
    all.insert(all.begin(), out.detach());
    return all;
  }
};

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

// Against the largest value, or against the sums' terms, which are of order 0.1 and more, where
// those cancel: one pixel may come out as near to 0 as chance will have it.
bool agree(const at::Tensor& found, const at::Tensor& expected) {
  return largest(found - expected) <= tolerance * std::max(0.1, largest(expected));
}

void check_against_libtorch(const Shape& shape) {
  CAPTURE(to_text(shape));
  Problem problem(shape);
  std::vector<at::Tensor> expected;
  {
    const TrainingKernelsGuard libtorch(nullptr);
    expected = problem.results();
  }
  for (const NamedKernels& set : all_kernels()) {
    CAPTURE(set.name);
    const TrainingKernelsGuard guard(set.kernels);
    const std::vector<at::Tensor> found = problem.results();
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      REQUIRE(found[i].sizes() == expected[i].sizes());
      CHECK(agree(found[i], expected[i]));
    }
  }
}

}  // namespace

TEST_CASE("3x3 convolutions and their gradients are LibTorch's, whatever the shape") {
  for (const Shape& shape : std::vector<Shape>{{1, 1, 0, 1, 1, 1, true},
                                               {1, 16, 0, 16, 1, 7},
                                               {2, 17, 0, 64, 5, 1, true},
                                               {3, 64, 0, 17, 4, 4},
                                               {2, 64, 0, 64, 9, 10},
                                               {1, 2, 0, 130, 13, 14, true},
                                               {1, 130, 0, 2, 6, 31},
                                               {2, 16, 0, 16, 70, 75},
                                               {1, 256, 0, 48, 8, 8}}) {
    check_against_libtorch(shape);
  }
}

TEST_CASE("an image that is enlarged and joined to another is read as it is") {
  for (Shape shape : std::vector<Shape>{{1, 16, 0, 16, 1, 1},
                                        {2, 64, 0, 17, 3, 5, true},
                                        {2, 32, 16, 48, 5, 7},
                                        {1, 16, 17, 1, 9, 2},
                                        {1, 17, 3, 16, 4, 4}}) {
    shape.enlarged = true;
    check_against_libtorch(shape);
  }
}

TEST_CASE("a convolution of stride 2 is one of the four images of every second pixel") {
  for (Shape shape : std::vector<Shape>{
           {2, 16, 0, 32, 64, 65, true}, {1, 32, 0, 48, 91, 96}, {3, 48, 0, 17, 60, 80}}) {
    shape.stride = 2;
    check_against_libtorch(shape);
  }
}

TEST_CASE("images and weights in planes are convolved too") {
  check_against_libtorch({2, 16, 0, 33, 10, 11, true, false, false});
  check_against_libtorch({2, 16, 5, 33, 5, 6, true, true, false});
}

TEST_CASE("a part of an image is no image of its own and is convolved as one") {
  const at::Tensor large = at::randn({2, 20, 12, 13});
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(9, 16, 3).padding(1));
  const at::Tensor part = large.slice(1, 3, 12).slice(3, 1, 9);
  const at::Tensor found = convolved(conv, part);
  const at::Tensor expected = conv(part);
  CHECK(agree(found, expected));
}

TEST_CASE("gradients are the same from run to run, bit by bit") {
  // Enough tiles for several groups of them.
  Problem problem({2, 32, 0, 32, 140, 150, true});
  const std::vector<at::Tensor> once = problem.results();
  const std::vector<at::Tensor> again = problem.results();
  for (std::size_t i = 0; i < once.size(); ++i) {
    CAPTURE(i);
    CHECK(at::equal(once[i], again[i]));
  }
}

TEST_CASE("groups and splits of the gradient of weights agree, however many threads there are") {
  const int before = at::get_num_threads();
  for (const int threads : {1, 2, 3, 7}) {
    CAPTURE(threads);
    at::set_num_threads(threads);
    check_against_libtorch({1, 24, 0, 72, 90, 130});
    check_against_libtorch({1, 40, 0, 130, 12, 12});
  }
  at::set_num_threads(before);
}

TEST_CASE("only what needs a gradient gets one") {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(16, 16, 3).padding(1).bias(false));
  conv->weight.set_requires_grad(false);
  const at::Tensor x = at::randn({1, 16, 8, 8}).requires_grad_();
  convolved(conv, x).sum().backward();
  CHECK(x.grad().defined());
  CHECK(!conv->weight.grad().defined());
  conv->weight.set_requires_grad(true);
  convolved(conv, x.detach()).sum().backward();
  CHECK(conv->weight.grad().defined());
}

TEST_CASE("few channels and wide images come back, in bf16 too where there is AMX") {
  // oneDNN 2.6.3 hangs in the gradient of weights. A forked child has none of its parent's OpenMP
  // threads: a new thread in it makes new ones.
  const auto failure = [](bool bf16) {
    return failure_in_child(
        [bf16] {
          std::thread([bf16] {
            const CpuAutocastGuard autocast(bf16);
            torch::nn::Conv2d conv(torch::nn::Conv2dOptions(16, 16, 3).padding(1).bias(false));
            const at::Tensor x = at::randn({1, 16, 16, 1024});
            convolved(conv, bf16 ? x.to(at::kBFloat16) : x).to(at::kFloat).sum().backward();
          }).join();
        },
        20);
  };
  CHECK((failure(false) == std::nullopt));
  const std::vector<InstructionSet> sets = available_instruction_sets();
  if (std::find(sets.begin(), sets.end(), InstructionSet::amx_bf16) == sets.end()) {
    MESSAGE("bf16 is skipped: this processor has no AMX");
    return;
  }
  CHECK((failure(true) == std::nullopt));
}

TEST_CASE("under autocast convolutions are LibTorch's, in bf16") {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(16, 16, 3).padding(1));
  const at::Tensor x = at::randn({1, 16, 8, 8});
  const CpuAutocastGuard autocast(true);
  CHECK((convolved(conv, x).scalar_type() == at::kBFloat16));
  const CpuAutocastGuard off(false);
  CHECK((convolved(conv, x).scalar_type() == at::kFloat));
}

TEST_CASE("what is no 3x3 convolution of stride 1 is LibTorch's") {
  const at::Tensor x = at::randn({1, 16, 9, 9});
  for (const auto& options :
       {torch::nn::Conv2dOptions(16, 8, 3).padding(1).stride(2), torch::nn::Conv2dOptions(16, 8, 1),
        torch::nn::Conv2dOptions(16, 8, 3),
        torch::nn::Conv2dOptions(16, 8, 3).padding(2).dilation(2),
        torch::nn::Conv2dOptions(16, 8, 3).padding(1).groups(2)}) {
    torch::nn::Conv2d conv(options);
    CHECK(at::equal(convolved(conv, x), conv(x)));
  }
}
