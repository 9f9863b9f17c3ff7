// SPDX-License-Identifier: Apache-2.0
#include "train/adam_w.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace fossilct {
namespace {

TEST_CASE("AdamW is the formula of its paper, with rates and momentum that change") {
  at::Tensor w = at::tensor({1.0F, -2.0F, 0.5F}).set_requires_grad(true);
  AdamW optimiser({w}, {.weight_decay = 0.1, .beta2 = 0.99, .epsilon = 1e-8});
  double expected[3] = {1, -2, 0.5}, m[3] = {}, v[3] = {};
  const double gradients[3][3] = {{0.3, -1, 0}, {0.1, 2, -0.5}, {-0.2, 0.4, 4}};
  for (int step = 0; step < 3; ++step) {
    const double rate = 0.01 * (step + 1), beta1 = 0.95 - 0.02 * step;
    w.mutable_grad() =
        at::tensor({gradients[step][0], gradients[step][1], gradients[step][2]}).to(at::kFloat) * 2;
    optimiser.step({rate}, beta1, 0.5);
    for (int i = 0; i < 3; ++i) {
      const double g = gradients[step][i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = 0.99 * v[i] + 0.01 * g * g;
      const double m_hat = m[i] / (1 - std::pow(beta1, step + 1));
      const double v_hat = v[i] / (1 - std::pow(0.99, step + 1));
      expected[i] = expected[i] * (1 - rate * 0.1) - rate * m_hat / (std::sqrt(v_hat) + 1e-8);
      CHECK(w[i].item<double>() == doctest::Approx(expected[i]).epsilon(1e-5));
    }
  }
}

TEST_CASE("parameters in channels-last order and without a gradient") {
  at::Tensor w = at::randn({8, 4, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor same = w.contiguous(at::MemoryFormat::Contiguous).clone();
  at::Tensor still = at::ones({3});
  const at::Tensor gradient = at::randn({8, 4, 3, 3});
  w.set_requires_grad(true);
  same.set_requires_grad(true);
  w.mutable_grad() = gradient;  // of another order than the parameter
  same.mutable_grad() = gradient;
  AdamW optimiser({w, same, still}, {});
  optimiser.step({0.1, 0.1, 0.1}, 0.9, 1);
  CHECK(at::allclose(w, same));
  CHECK(still.equal(at::ones({3})));
}

TEST_CASE("the norm of all gradients shows what is no number") {
  at::Tensor a = at::ones({2}).set_requires_grad(true), b = at::ones({1}).set_requires_grad(true);
  a.mutable_grad() = at::tensor({3.0F, 0.0F});
  b.mutable_grad() = at::tensor({4.0F});
  CHECK(gradient_norm({a, b}) == doctest::Approx(5));
  b.mutable_grad() = at::tensor({std::numeric_limits<float>::quiet_NaN()});
  CHECK(std::isnan(gradient_norm({a, b})));
}

}  // namespace
}  // namespace fossilct
