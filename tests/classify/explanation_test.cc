// SPDX-License-Identifier: Apache-2.0
#include "classify/explanation.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "base/error.h"
#include "networks/network.h"

namespace fossilct {

namespace {

ConvOp convolution(ValueId input, const at::Tensor& weight, double bias, bool relu) {
  ConvOp op;
  op.inputs = {{input}};
  op.weight = weight;
  op.bias = at::full({weight.size(0)}, bias);
  op.relu = relu;
  return op;
}

// Two channels: pixels brighter than their left neighbour, pixels brighter than the upper one.
// Taxon 0 is as likely as there is much of the first, taxon 1 of the second.
Program edges_program() {
  at::Tensor weight = at::zeros({2, 1, 3, 3});
  weight[0][0][1][1] = 1;
  weight[0][0][1][0] = -1;
  weight[1][0][1][1] = 1;
  weight[1][0][0][1] = -1;
  Program program;
  const ValueId edges = program.add(convolution(0, weight, -0.1, true));
  const ValueId means = program.add(AveragePoolOp{.input = edges, .size = 1});
  program.add(LinearOp{.input = means, .weight = at::eye(2), .bias = at::zeros({2})});
  return program;
}

// A smooth channel everywhere, and taxon 1 as likely as its upper left corner is bright.
Program corner_program() {
  Program program;
  const ValueId smooth = program.add(convolution(0, at::full({1, 1, 3, 3}, 1.0 / 9), 0, true));
  const ValueId cells = program.add(AveragePoolOp{.input = smooth, .size = 4});
  at::Tensor weight = at::zeros({2, 16});
  weight[1][0] = 1;
  program.add(LinearOp{.input = cells, .weight = weight, .bias = at::zeros({2})});
  return program;
}

// Vertical stripes in the upper left quarter, horizontal ones in the lower right.
at::Tensor striped_image() {
  at::Tensor image = at::zeros({1, 1, 32, 32});
  for (std::int64_t i = 2; i < 14; i += 2) {
    image[0][0].narrow(0, 2, 12).narrow(1, i, 1).fill_(1);
    image[0][0].narrow(0, 16 + i, 1).narrow(1, 18, 12).fill_(1);
  }
  return image;
}

double mean_of(const at::Tensor& map, std::int64_t row, std::int64_t column) {
  return map.narrow(-2, row, 16).narrow(-1, column, 16).abs().mean().item<double>();
}

}  // namespace

TEST_CASE("Grad-CAM lights up where that stands which the taxon is known by") {
  const at::Tensor images = at::cat({striped_image(), striped_image()});
  const Explanation explanation = explain(edges_program(), images, {0, 1});
  const at::Tensor first = explanation.grad_cam[0];
  const at::Tensor second = explanation.grad_cam[1];
  CHECK(first.sizes() == at::IntArrayRef{32, 32});
  CHECK(first.max().item<float>() == 1);
  CHECK(first.min().item<float>() >= 0);
  CHECK(mean_of(first, 0, 0) > 3 * mean_of(first, 16, 16));
  CHECK(mean_of(second, 16, 16) > 3 * mean_of(second, 0, 0));
  CHECK(mean_of(first, 0, 16) == 0);
  CHECK(mean_of(explanation.guided_grad_cam[0], 0, 0) >
        3 * mean_of(explanation.guided_grad_cam[0], 16, 16));
}

TEST_CASE("guided backpropagation keeps to the corner that decides") {
  const at::Tensor images = at::rand({3, 1, 32, 32}) + 0.1;
  const Explanation explanation = explain(corner_program(), images, {1, 1, 0});
  const at::Tensor guided = explanation.guided;
  CHECK(guided[0].narrow(1, 0, 8).narrow(2, 0, 8).min().item<float>() > 0);
  // A kernel's width beyond the corner there is nothing.
  CHECK(guided[0].narrow(1, 9, 23).abs().max().item<float>() == 0);
  CHECK(guided[0].narrow(2, 9, 23).abs().max().item<float>() == 0);
  // Nothing speaks for taxon 0 anywhere.
  CHECK(guided[2].abs().max().item<float>() == 0);
  CHECK(explanation.grad_cam[2].abs().max().item<float>() == 0);
}

// y = relu(x) - relu(-x): plain gradients are 1 everywhere, and guided ones only where x > 0, since
// what comes back through the second ReLU is negative.
TEST_CASE("guided backpropagation lets no negative gradient through a ReLU") {
  Program program;
  at::Tensor weight = at::zeros({2, 1, 1, 1});
  weight[0] = 1;
  weight[1] = -1;
  const ValueId parts = program.add(convolution(0, weight, 0, true));
  at::Tensor difference = at::ones({1, 2, 1, 1});
  difference[0][1] = -1;
  const ValueId y = program.add(convolution(parts, difference, 0, false));
  program.add(AveragePoolOp{.input = y, .size = 1});
  program.add(LinearOp{.input = y + 1, .weight = at::ones({1, 1}), .bias = at::zeros({1})});
  const at::Tensor images = at::linspace(-1, 1, 16).view({1, 1, 4, 4});
  const auto values = values_with_gradients(program, images);
  CHECK(at::allclose(values.back().detach(), images.mean().view({1, 1})));
  const at::Tensor guided = explain(program, images, {0}).guided;
  CHECK(at::allclose(guided, (images > 0).to(at::kFloat) / 16));
}

TEST_CASE("values with gradients are those of the executor, of real networks too") {
  at::manual_seed(3);
  for (const char* encoder : {"resnet18", "vgg11"}) {
    CAPTURE(encoder);
    const NetworkSpec spec = {.architecture = "classifier",
                              .encoder = encoder,
                              .decoder = "",
                              .channels = 3,
                              .classes = 4};
    const Program program = make_network(spec)->program();
    const at::Tensor images = at::rand({2, 3, 64, 64});
    const at::Tensor logits = run_with_torch(program, images);
    const auto values = values_with_gradients(program, images);
    CHECK(at::allclose(values.back().detach(), logits, 1e-4, 1e-5));
    const Explanation explanation = explain(program, images, {1, 3});
    CHECK(explanation.grad_cam.sizes() == at::IntArrayRef{2, 64, 64});
    CHECK(explanation.guided.sizes() == at::IntArrayRef{2, 3, 64, 64});
    CHECK(explanation.guided.abs().max().item<float>() > 0);
    const std::vector<FeatureLayer> layers = feature_layers(program, images);
    CHECK(layers.front().channels == 64);
    CHECK(layers.front().kind == "convolution");
    const at::Tensor maps = feature_maps(program, images, layers.front().value);
    CHECK(maps.sizes() == at::IntArrayRef{2, 64, layers.front().rows, layers.front().columns});
  }
}

TEST_CASE("orientations are turned back and lie on each other") {
  const at::Tensor images = at::rand({3, 2, 5, 5});
  std::vector<at::Tensor> turned;
  for (std::int64_t turn = 0; turn < 4; ++turn) {
    turned.push_back(at::rot90(images, turn, {2, 3}));
  }
  const at::Tensor back = turned_back(at::cat(turned), 3);
  REQUIRE(back.sizes() == at::IntArrayRef{4, 3, 2, 5, 5});
  for (std::int64_t turn = 0; turn < 4; ++turn) {
    CHECK(at::equal(back[turn], images));
  }
}

TEST_CASE("what has no maps, and taxa that are none, are refused") {
  const Program program = edges_program();
  const at::Tensor image = striped_image();
  CHECK_THROWS_AS(explain(program, image, {0, 1}), Error);
  CHECK_THROWS_AS(explain(program, image, {2}), Error);
  CHECK_THROWS_AS(explain(program, image, {0}, 2), Error);
  CHECK_THROWS_AS(feature_maps(program, image, 17), Error);
  CHECK_THROWS_AS(last_convolution(Program{}), Error);
}

}  // namespace fossilct
