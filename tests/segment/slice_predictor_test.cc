// SPDX-License-Identifier: Apache-2.0
#include "segment/slice_predictor.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"

namespace fossilct {
namespace {

// Logits of K = 3 classes that depend on the pixel alone.
at::Tensor pointwise(const at::Tensor& images) {
  const at::Tensor x = images.select(1, 0).unsqueeze(1);
  return at::cat({at::zeros_like(x), x, x * -0.5 + 0.3}, 1);
}

at::Tensor noise(at::IntArrayRef shape) {
  at::Generator generator = at::detail::createCPUGenerator(7);
  return at::randn(shape, generator);
}

TEST_CASE("planes are 255 times the softmax without the background") {
  const at::Tensor images = noise({2, 1, 33, 47});
  const at::Tensor planes = predict_planes(pointwise, images, {.classes = 3});
  REQUIRE(planes.sizes() == at::IntArrayRef({2, 2, 33, 47}));
  const at::Tensor expected = at::softmax(pointwise(images), 1) * 255;
  for (int k = 1; k < 3; ++k) {
    const at::Tensor error = (planes[k - 1].to(at::kFloat) - expected.select(1, k)).abs();
    CHECK(error.max().item<double>() <= 0.5 + 1e-3);
  }
}

TEST_CASE("tiles give what the whole gives, within rounding") {
  const at::Tensor images = noise({1, 3, 150, 97});
  for (const Views views : {Views::none, Views::flips, Views::full}) {
    const PredictionOptions whole{.classes = 3, .views = views, .entropy = true};
    PredictionOptions tiled = whole;
    tiled.tile = 64;
    const at::Tensor a = predict_planes(pointwise, images, whole).to(at::kInt);
    const at::Tensor b = predict_planes(pointwise, images, tiled).to(at::kInt);
    CHECK((a - b).abs().max().item<int>() <= 1);
    CHECK((a != b).sum().item<std::int64_t>() < a.numel() / 1000);
  }
}

// A network that is neither mirrored nor turned along with the image: views differ.
at::Tensor with_a_ramp(const at::Tensor& images) {
  const at::Tensor x = images.select(1, 0).unsqueeze(1);
  const at::Tensor ramp = at::linspace(-2, 2, x.size(3)).expand_as(x);
  return at::cat({at::zeros_like(x), ramp}, 1);
}

TEST_CASE("mirrored views are shown back before they are averaged") {
  const at::Tensor images = at::zeros({1, 1, 64, 64});
  const at::Tensor one = predict_planes(with_a_ramp, images, {});
  CHECK(one[0][0][0][0].item<int>() == 30);  // 255 / (1 + e^2)
  const at::Tensor flipped = predict_planes(with_a_ramp, images, {.views = Views::flips});
  // p(x) and p(-x) add to one.
  CHECK((flipped.to(at::kInt) - 128).abs().max().item<int>() <= 1);
  const at::Tensor full = predict_planes(with_a_ramp, images, {.views = Views::full});
  CHECK((full.to(at::kInt) - 128).abs().max().item<int>() <= 1);
}

TEST_CASE("a mark stays where it is in every view") {
  at::Tensor images = at::full({1, 1, 64, 96}, -4.0);
  images[0][0][5][80] = 4;
  const auto mark = [](const at::Tensor& x) { return at::cat({at::zeros_like(x), x}, 1); };
  for (const Views views : {Views::none, Views::flips, Views::full}) {
    const at::Tensor planes = predict_planes(mark, images, {.views = views});
    CHECK(planes[0][0][5][80].item<int>() == 250);
    CHECK(planes.eq(250).sum().item<std::int64_t>() == 1);
  }
}

TEST_CASE("the entropy plane is the views' own, not that of their mean") {
  const at::Tensor images = at::zeros({1, 1, 32, 32});
  const PredictionOptions options{.views = Views::flips, .entropy = true};
  const at::Tensor planes = predict_planes(with_a_ramp, images, options);
  const double p = 1 / (1 + std::exp(2.0));
  const double entropy = -(p * std::log(p) + (1 - p) * std::log(1 - p)) / std::log(2.0);
  CHECK(std::abs(planes[1][0][0][0].item<int>() - 255 * entropy) <= 1);
  CHECK(planes[0][0][0][0].item<int>() == doctest::Approx(127.5).epsilon(0.01));
}

TEST_CASE("tiles of air are not predicted and are background") {
  at::Tensor images = at::zeros({1, 1, 128, 64});
  images.slice(2, 96) = 5;
  int calls = 0;
  const auto counted = [&](const at::Tensor& x) {
    ++calls;
    return at::cat({at::zeros_like(x), at::full_like(x, 6)}, 1);
  };
  const auto is_air = [](const at::Tensor& tile) { return tile.max().item<double>() < 1; };
  const at::Tensor planes = predict_planes(counted, images, {.tile = 64}, is_air);
  CHECK(calls == 1);
  CHECK(planes[0][0][0][0].item<int>() == 0);
  CHECK(planes[0][0][127][0].item<int>() > 250);
  calls = 0;
  CHECK(predict_planes(counted, images * 0, {}, is_air).max().item<int>() == 0);
  CHECK(calls == 0);
}

TEST_CASE("a slice of air beside others in a batch changes nothing of them") {
  at::Tensor images = noise({3, 1, 128, 64}) + 10;
  images[1] = 0;
  images[2].slice(1, 0, 64) = 0;
  const auto is_air = [](const at::Tensor& tile) { return tile.max().item<double>() < 1; };
  const PredictionOptions options{.classes = 3, .tile = 64};
  const at::Tensor together = predict_planes(pointwise, images, options, is_air);
  for (int i = 0; i < 3; ++i) {
    const at::Tensor alone = predict_planes(pointwise, images.slice(0, i, i + 1), options, is_air);
    CHECK(at::equal(together.slice(1, i, i + 1), alone));
  }
}

TEST_CASE("an output that is no number is an error, not background") {
  const auto broken = [](const at::Tensor& images) { return pointwise(images) * NAN; };
  CHECK_THROWS_WITH_AS(predict_planes(broken, noise({1, 1, 32, 32}), {.classes = 3}),
                       doctest::Contains("no numbers"), Error);
}

}  // namespace
}  // namespace fossilct
