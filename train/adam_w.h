// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace fossilct {

// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2) over a list of fp32 parameters.
// On a CPU each number is read and written once a step, where LibTorch's optimiser makes a dozen
// passes over all of them.
class AdamW {
 public:
  struct Options {
    double weight_decay = 1e-2;
    double beta2 = 0.99;  // fastai's; beta1 is the momentum of each step
    double epsilon = 1e-8;
  };

  AdamW(std::vector<at::Tensor> parameters, const Options& options);

  // One step from the parameters' gradients; a parameter without one stays as it is. `rates`: one a
  // parameter. `scale` multiplies every gradient (clipping, loss scaling).
  void step(const std::vector<double>& rates, double momentum, double scale);

  // Moments, in the order of the parameters; to be saved and restored with `steps`.
  std::vector<at::Tensor>& first_moments() { return first_; }
  std::vector<at::Tensor>& second_moments() { return second_; }
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }
  // As new.
  void reset();

 private:
  std::vector<at::Tensor> parameters_, first_, second_;
  Options options_;
  std::int64_t steps_ = 0;
};

// Square root of the sum of squares of all gradients; NaN or infinite where one of them is.
double gradient_norm(const std::vector<at::Tensor>& parameters);

}  // namespace fossilct
