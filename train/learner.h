// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "networks/network.h"
#include "networks/weights/weight_file.h"
#include "train/adam_w.h"
#include "train/augment.h"
#include "train/precision.h"
#include "train/recipe.h"

namespace fossilct {

// A network that learns: its weights, their averages, the optimiser's moments.
class Learner {
 public:
  // `network` in training mode; it is moved to the device.
  Learner(std::shared_ptr<Network> network, const Recipe& recipe, const LossOptions& loss,
          at::Device device, Precision precision);

  // A phase begins: what of the encoder learns, and an optimiser without memory.
  void begin_phase(const EncoderTraining& encoder);

  struct Step {
    std::array<double, 3> rates{};
    double momentum = 0.9;
    int batch = 1;           // samples at once; gradients of the batches are added up
    std::uint64_t seed = 0;  // of the augmentation
  };
  // One step. Returns the loss, which may be no finite number; the weights are then as they were.
  // Throws OutOfDeviceMemory, the weights then being as they were.
  double step(const LabelledImages& samples, const Step& step);

  // The weights that are stored and scored: the averages, or the network's own where there are
  // none. In evaluation mode, on the device.
  const Network& stored() const { return averaged_ ? *averaged_ : *network_; }
  const Network& network() const { return *network_; }

  // Everything that a step depends on and changes, but its arguments: what a checkpoint holds.
  // Tensors are those in use, on the device.
  std::vector<NamedTensor> state();
  Json numbers() const;
  // state() as it is now, to be restored after a trial.
  WeightFile copied_state();
  // Throws Error{format} where a tensor is missing or of another shape.
  void restore(const WeightFile& file, const Json& numbers);

  std::int64_t parameters() const;

 private:
  at::Tensor loss_of_batch(const LabelledImages& batch);
  bool apply_gradients(const Step& step);
  void average();

  std::shared_ptr<Network> network_;
  std::shared_ptr<Network> averaged_;
  struct Averaged {
    at::Tensor weight, average;  // they share memory with the two networks
  };
  std::vector<Averaged> averaging_;
  const Recipe& recipe_;
  LossOptions loss_;
  at::Device device_;
  Precision precision_;
  EncoderTraining encoder_;
  std::vector<at::Tensor> parameters_;
  std::vector<int> groups_;
  std::unique_ptr<AdamW> optimiser_;
  std::int64_t averaged_steps_ = 0;
  double loss_scale_;  // fp16 gradients are scaled up, or small ones would be 0
  int good_steps_ = 0;
};

}  // namespace fossilct
