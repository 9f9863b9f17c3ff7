// SPDX-License-Identifier: Apache-2.0
#include "train/adam_w.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

namespace fossilct {
namespace {

constexpr std::int64_t grain = 1 << 15;

// The numbers of one step, the same for every parameter but the rate.
struct Step {
  float rate, decay, momentum, beta2, first_correction, second_correction, epsilon, scale;
};

void step_on_cpu(float* __restrict w, const float* __restrict g, float* __restrict m,
                 float* __restrict v, std::int64_t count, const Step& s) {
  at::parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const float gradient = g[i] * s.scale;
      m[i] = s.momentum * m[i] + (1 - s.momentum) * gradient;
      v[i] = s.beta2 * v[i] + (1 - s.beta2) * gradient * gradient;
      const float denominator = std::sqrt(v[i] * s.second_correction) + s.epsilon;
      w[i] = w[i] * s.decay - s.rate * (m[i] * s.first_correction) / denominator;
    }
  });
}

void step_anywhere(at::Tensor w, const at::Tensor& gradient, at::Tensor& m, at::Tensor& v,
                   const Step& s) {
  const at::Tensor g = gradient * s.scale;
  m.mul_(s.momentum).add_(g, 1 - s.momentum);
  v.mul_(s.beta2).addcmul_(g, g, 1 - s.beta2);
  const at::Tensor denominator = (v * s.second_correction).sqrt_().add_(s.epsilon);
  w.mul_(s.decay).addcdiv_(m, denominator, -s.rate * s.first_correction);
}

// Whether numbers of both lie in the same order without gaps, whatever the order is.
bool same_layout(const at::Tensor& a, const at::Tensor& b) {
  return a.strides() == b.strides() && a.is_non_overlapping_and_dense();
}

}  // namespace

AdamW::AdamW(std::vector<at::Tensor> parameters, const Options& options)
    : parameters_(std::move(parameters)), options_(options) {
  for (const at::Tensor& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter));
    second_.push_back(at::zeros_like(parameter));
  }
}

void AdamW::reset() {
  steps_ = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    first_[i].zero_();
    second_[i].zero_();
  }
}

void AdamW::step(const std::vector<double>& rates, double momentum, double scale) {
  ++steps_;
  const auto n = static_cast<double>(steps_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& gradient = parameters_[i].grad();
    if (!gradient.defined()) {
      continue;
    }
    const Step s{static_cast<float>(rates[i]),
                 static_cast<float>(1 - rates[i] * options_.weight_decay),
                 static_cast<float>(momentum), static_cast<float>(options_.beta2),
                 // Exact where momentum stays; as it moves this is what LibTorch does too.
                 static_cast<float>(1 / (1 - std::pow(momentum, n))),
                 static_cast<float>(1 / (1 - std::pow(options_.beta2, n))),
                 static_cast<float>(options_.epsilon), static_cast<float>(scale)};
    at::Tensor weight = parameters_[i].detach();
    if (weight.is_cpu()) {
      const at::Tensor like_weight =
          same_layout(weight, gradient) ? gradient : at::empty_like(weight).copy_(gradient);
      step_on_cpu(weight.data_ptr<float>(), like_weight.data_ptr<float>(),
                  first_[i].data_ptr<float>(), second_[i].data_ptr<float>(), weight.numel(), s);
    } else {
      step_anywhere(weight, gradient, first_[i], second_[i], s);
    }
  }
}

double gradient_norm(const std::vector<at::Tensor>& parameters) {
  at::Tensor sum;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) {
      const at::Tensor squares = parameter.grad().norm().to(at::kDouble).square();
      sum = sum.defined() ? sum + squares : squares;
    }
  }
  return sum.defined() ? std::sqrt(sum.item<double>()) : 0;
}

}  // namespace fossilct
