// SPDX-License-Identifier: Apache-2.0
#include "train/loss.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "support.h"

namespace fossilct {
namespace {

double value_of(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options) {
  return loss_of(logits, labels, options).item<double>();
}

at::Tensor random_logits() {
  at::manual_seed(1);
  return at::randn({2, 3, 4, 5});
}

at::Tensor random_labels() {
  at::manual_seed(2);
  return at::randint(0, 3, {2, 4, 5}, at::kByte);
}

TEST_CASE("cross entropy is LibTorch's, with weights and ignored pixels") {
  const at::Tensor logits = random_logits();
  at::Tensor labels = random_labels();
  labels[0][0].fill_(255);
  const std::vector<double> weights = {0.5, 1, 4};
  const double expected =
      at::cross_entropy_loss(logits, labels.to(at::kLong), at::tensor({0.5F, 1.F, 4.F}),
                             at::Reduction::Mean, 255)
          .item<double>();
  const LossOptions options{.kind = LossKind::cross_entropy, .class_weights = weights};
  CHECK(value_of(logits, labels, options) == doctest::Approx(expected));
  CHECK(value_of(logits, labels.to(at::kLong), options) == doctest::Approx(expected));
  CHECK(value_of(logits.to(at::kDouble), labels, options) == doctest::Approx(expected));
}

TEST_CASE("focal with gamma 0 is cross entropy, and less with gamma") {
  const at::Tensor logits = random_logits(), labels = random_labels();
  const double entropy = value_of(logits, labels, {.kind = LossKind::cross_entropy});
  LossOptions focal{.kind = LossKind::focal};
  focal.focal_gamma = 0;
  CHECK(value_of(logits, labels, focal) == doctest::Approx(entropy));
  focal.focal_gamma = 2;
  CHECK(value_of(logits, labels, focal) < entropy);
}

// Logits that give class 1 the probability p everywhere, of two classes.
at::Tensor logits_of_probability(double p, std::int64_t pixels) {
  at::Tensor logits = at::zeros({1, 2, 1, pixels});
  logits.select(1, 1).fill_(std::log(p / (1 - p)));
  return logits;
}

TEST_CASE("Dice and Tversky by hand") {
  // Four pixels, two of them class 1, p = 0.25: hits 0.5, FP 0.5, FN 1.5.
  const at::Tensor logits = logits_of_probability(0.25, 4);
  const at::Tensor labels = at::tensor({0, 1, 1, 0}, at::kByte).view({1, 1, 4});
  CHECK(value_of(logits, labels, {.kind = LossKind::dice}) ==
        doctest::Approx(1 - (2 * 0.5 + 1) / (1 + 2 + 1)));
  CHECK(value_of(logits, labels, {.kind = LossKind::tversky}) ==
        doctest::Approx(1 - (0.5 + 1) / (0.5 + 0.3 * 0.5 + 0.7 * 1.5 + 1)));
  CHECK(value_of(logits, labels, {}) ==
        doctest::Approx(value_of(logits, labels, {.kind = LossKind::dice}) +
                        value_of(logits, labels, {.kind = LossKind::cross_entropy})));
}

TEST_CASE("a perfect prediction costs nothing, ignored pixels never do") {
  for (const char* name : {"ce+dice", "ce", "dice", "focal", "tversky"}) {
    CAPTURE(name);
    const LossOptions options{.kind = loss_kind_from_name("--loss", name)};
    CHECK(name_of(options.kind) == name);
    at::Tensor labels = random_labels();
    at::Tensor logits = at::zeros({2, 3, 4, 5}).scatter_(1, labels.to(at::kLong).unsqueeze(1), 30);
    CHECK(value_of(logits, labels, options) == doctest::Approx(0).epsilon(1e-5));
    const double before = value_of(random_logits(), labels.masked_fill(labels.eq(2), 255), options);
    at::Tensor disturbed = random_logits();
    disturbed.add_(labels.eq(2).unsqueeze(1).to(at::kFloat) * at::randn({2, 3, 4, 5}));
    CHECK(value_of(disturbed, labels.masked_fill(labels.eq(2), 255), options) ==
          doctest::Approx(before));
    at::Tensor all = random_logits().set_requires_grad(true);
    const at::Tensor nothing = loss_of(all, at::full({2, 4, 5}, 255, at::kByte), options);
    CHECK(nothing.item<double>() == 0);
    nothing.backward();
    CHECK(all.grad().abs().max().item<double>() == 0);
  }
}

TEST_CASE("gradients are those of finite differences") {
  const at::Tensor labels = random_labels();
  for (const LossKind kind : {LossKind::cross_entropy_dice, LossKind::focal, LossKind::tversky}) {
    LossOptions options{.kind = kind, .class_weights = {1, 2, 3}};
    at::Tensor logits = random_logits().set_requires_grad(true);
    loss_of(logits, labels, options).backward();
    const float step = 1e-2F;
    at::Tensor above = random_logits(), below = random_logits();
    above[1][2][3][4] += step;
    below[1][2][3][4] -= step;
    const double slope =
        (value_of(above, labels, options) - value_of(below, labels, options)) / (2 * step);
    CHECK(logits.grad()[1][2][3][4].item<double>() == doctest::Approx(slope).epsilon(0.01));
  }
}

TEST_CASE("weights raise rare classes by the root of their rarity") {
  const std::vector<std::int64_t> counts = {900, 100, 0, 9};
  const std::vector<double> weights = balancing_weights(counts);
  CHECK(weights[0] == doctest::Approx(1.0 / 3));
  CHECK(weights[1] == doctest::Approx(1));
  CHECK(weights[2] == 0);
  CHECK(weights[3] == doctest::Approx(10.0 / 3));
}

TEST_CASE("options out of range are refused by name") {
  const auto message = [](const LossOptions& options) {
    return test::message_of<Error>([&] { check(options, 2); });
  };
  CHECK(message({}).empty());
  CHECK(message({.class_weights = {1, 2, 3}}).find("--class-weights") != std::string::npos);
  CHECK(message({.class_weights = {0, 0}}).find("all 0") != std::string::npos);
  CHECK(message({.focal_gamma = -1}).find("loss.focal_gamma") != std::string::npos);
  CHECK(message({.tversky_alpha = 0}).find("loss.tversky_alpha") != std::string::npos);
  CHECK(test::message_of<Error>([] { loss_kind_from_name("--loss", "hinge"); }).find("'hinge'") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
