// SPDX-License-Identifier: Apache-2.0
#include "train/learner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "segment/normalisation.h"

namespace fossilct {
namespace {

constexpr double first_loss_scale = 65536;
constexpr int steps_before_growth = 1000;

const at::Tensor& tensor_of(const WeightFile& file, const std::string& name,
                            const at::Tensor& like) {
  const at::Tensor* found = file.find(name);
  if (found == nullptr || found->sizes() != like.sizes()) {
    throw format_error(file.path, "tensor " + name +
                                      " is missing or of another shape: it is a "
                                      "checkpoint of another training");
  }
  return *found;
}

}  // namespace

Learner::Learner(std::shared_ptr<Network> network, const Recipe& recipe, const LossOptions& loss,
                 at::Device device, Precision precision)
    : network_(std::move(network)),
      recipe_(recipe),
      loss_(loss),
      device_(device),
      precision_(precision),
      loss_scale_(precision == Precision::fp16 ? first_loss_scale : 1) {
  network_->to(device_);
  make_channels_last(*network_);
  if (recipe_.ema > 0) {
    averaged_ = make_network(network_->spec());
    averaged_->to(device_);
    make_channels_last(*averaged_);
    const auto weights = state_dict(*network_), averages = state_dict(*averaged_);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      averaging_.push_back({weights[i].second.detach(), averages[i].second.detach()});
      averaging_.back().average.copy_(averaging_.back().weight);
    }
    for (const at::Tensor& parameter : averaged_->parameters()) {
      at::Tensor(parameter).set_requires_grad(false);
    }
    averaged_->eval();
  }
  const std::array<std::vector<at::Tensor>, 3> groups = parameter_groups(*network_);
  for (int group = 0; group < 3; ++group) {
    for (const at::Tensor& parameter : groups[static_cast<std::size_t>(group)]) {
      parameters_.push_back(parameter);
      groups_.push_back(group);
    }
  }
  optimiser_ =
      std::make_unique<AdamW>(parameters_, AdamW::Options{.weight_decay = recipe_.weight_decay});
}

void Learner::begin_phase(const EncoderTraining& encoder) {
  encoder_ = encoder;
  network_->train();
  set_encoder_training(*network_, encoder_);
  optimiser_->reset();
  good_steps_ = 0;
}

at::Tensor Learner::loss_of_batch(const LabelledImages& batch) {
  const at::Tensor images = network_input(batch.images, recipe_.normalisation, recipe_.repeat_grey)
                                .contiguous(at::MemoryFormat::ChannelsLast);
  const auto logits = [&] {
    const Autocast autocast(device_, precision_);
    return network_->forward(images);
  }();
  return loss_of(logits, batch.labels, loss_);
}

double Learner::step(const LabelledImages& samples, const Step& step) {
  const std::int64_t count = samples.images.size(0);
  const std::int64_t batches = (count + step.batch - 1) / step.batch;
  for (at::Tensor& parameter : parameters_) {
    parameter.mutable_grad() = at::Tensor();
  }
  double total = 0;
  try {
    // Changed all at once, so that halving a batch does not change its samples.
    const LabelledImages changed = augmented(
        {samples.images.to(device_), samples.labels.to(device_)}, recipe_.augmentation, step.seed);
    for (std::int64_t first = 0; first < count; first += step.batch) {
      const std::int64_t end = std::min(count, first + step.batch);
      const at::Tensor loss =
          loss_of_batch({changed.images.slice(0, first, end), changed.labels.slice(0, first, end)});
      total += loss.item<double>() / static_cast<double>(batches);
      if (!std::isfinite(total)) {
        return total;
      }
      (loss * (loss_scale_ / static_cast<double>(batches))).backward();
    }
  } catch (const c10::OutOfMemoryError& error) {
    throw OutOfDeviceMemory(error.what_without_backtrace());
  }
  if (apply_gradients(step)) {
    average();
  } else if (precision_ != Precision::fp16) {
    return std::numeric_limits<double>::quiet_NaN();  // so are some gradients
  }
  return total;
}

bool Learner::apply_gradients(const Step& step) {
  const double norm = gradient_norm(parameters_) / loss_scale_;
  if (!std::isfinite(norm)) {
    if (precision_ == Precision::fp16) {
      loss_scale_ = std::max(1.0, loss_scale_ / 2);  // the scale was too high: try the next batch
      good_steps_ = 0;
    }
    return false;
  }
  const double clip = recipe_.gradient_clip;
  const double scale = (clip > 0 && norm > clip ? clip / norm : 1) / loss_scale_;
  std::vector<double> rates;
  for (const int group : groups_) {
    rates.push_back(step.rates[static_cast<std::size_t>(group)]);
  }
  optimiser_->step(rates, step.momentum, scale);
  if (precision_ == Precision::fp16 && ++good_steps_ % steps_before_growth == 0) {
    loss_scale_ *= 2;
  }
  return true;
}

// The first steps average over fewer: the initial weights are no part of what is learned.
void Learner::average() {
  if (!averaged_) {
    return;
  }
  const at::NoGradGuard no_grad;
  ++averaged_steps_;
  const auto n = static_cast<double>(averaged_steps_);
  const double decay = std::min(recipe_.ema, n / (n + 10));
  for (Averaged& of : averaging_) {
    if (of.average.is_floating_point()) {
      of.average.lerp_(of.weight, 1 - decay);
    } else {
      of.average.copy_(of.weight);
    }
  }
}

std::vector<NamedTensor> Learner::state() {
  std::vector<NamedTensor> all;
  const auto add = [&](const std::string& prefix, const Network& network) {
    for (const auto& [name, tensor] : state_dict(network)) {
      all.push_back({prefix + name, tensor.detach()});
    }
  };
  add("network.", *network_);
  if (averaged_) {
    add("averaged.", *averaged_);
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    all.push_back({"first." + std::to_string(i), optimiser_->first_moments()[i]});
    all.push_back({"second." + std::to_string(i), optimiser_->second_moments()[i]});
  }
  return all;
}

WeightFile Learner::copied_state() {
  WeightFile copy;
  for (const NamedTensor& mine : state()) {
    copy.tensors.push_back({mine.name, mine.tensor.clone()});
  }
  return copy;
}

Json Learner::numbers() const {
  return {{"optimiser_steps", optimiser_->steps()},
          {"averaged_steps", averaged_steps_},
          {"loss_scale", loss_scale_},
          {"good_steps", good_steps_},
          {"convolutions_learn", encoder_.convolutions},
          {"norm_learns", encoder_.norm}};
}

void Learner::restore(const WeightFile& file, const Json& numbers) {
  begin_phase(
      {numbers.at("convolutions_learn").get<bool>(), numbers.at("norm_learns").get<bool>()});
  const at::NoGradGuard no_grad;
  for (NamedTensor& mine : state()) {
    mine.tensor.copy_(tensor_of(file, mine.name, mine.tensor));
  }
  optimiser_->set_steps(numbers.at("optimiser_steps").get<std::int64_t>());
  numbers.at("averaged_steps").get_to(averaged_steps_);
  numbers.at("loss_scale").get_to(loss_scale_);
  numbers.at("good_steps").get_to(good_steps_);
}

std::int64_t Learner::parameters() const { return parameter_count(*network_); }

}  // namespace fossilct
