// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "segment/axis.h"
#include "segment/normalisation.h"
#include "train/augmentation.h"
#include "train/loss.h"

namespace fossilct {

// Some epochs under one cycle of the learning rate.
struct Phase {
  int epochs = 0;
  // Of the three parameter groups (stem to layer2, layer3 and layer4, decoder); nothing: found by a
  // range test (RateFinder) as the decoder's, the encoder's being a tenth where its weights were
  // given and the same where not.
  std::optional<std::array<double, 3>> rates = std::nullopt;
  double start_share = 0.3;  // of the cycle, in which the rate climbs
};

// Training at one resolution in the plane of the slice, from the weights of the stage before.
struct Stage {
  int resolution = 1;     // 1, 2, 4 or 8: a pixel is the mean of that many squared
  int crop = 160;         // rows and columns of a sample at this resolution; 0: whole slices
  int batch = 4;          // samples
  int accumulate = 1;     // batches a step
  int epoch_samples = 0;  // 0: as many as there are labelled slices to draw from
  Phase frozen = {};      // the encoder's convolutions rest; only where its weights were given
  Phase unfrozen = {};
};

// Everything that decides how a network is trained, the data left aside.
struct Recipe {
  std::string name = "default";
  std::string encoder = "resnet18";
  std::string decoder = "conv";
  std::vector<Axis> axes = {Axis::z, Axis::y, Axis::x};
  int context = 1;           // neighbouring slices on each side, as channels
  bool repeat_grey = false;  // the one slice (context 0) in three channels, as given weights expect
  Normalisation normalisation = Normalisation::rock;
  // Of each batch: samples that hold a voxel of a class other than 0, the class drawn uniformly.
  double foreground_share = 1.0 / 3;
  LossOptions loss;              // its class weights: see balance_classes
  bool balance_classes = false;  // class weights from the counts (balancing_weights)
  double weight_decay = 1e-2;
  double gradient_clip = 1;  // largest norm of all gradients together; 0: none
  double ema = 0.99;         // decay a step of the averaged weights, which are stored; 0: none
  // With batches of one sample the encoder's batch norm keeps its statistics.
  bool freeze_norm_at_batch_1 = true;
  int patience = 0;  // epochs without a better score that end the last stage; 0: never
  Augmentation augmentation;
  std::vector<Stage> stages;

  int channels() const { return repeat_grey ? 3 : 2 * context + 1; }
};

// "default", "quick", "paper". Throws Error{option} naming those there are.
Recipe recipe_named(std::string_view name);

Json to_json(const Recipe& recipe);
// Every field must be there, and no other. Throws Error{format}.
Recipe recipe_from_json(const Json& json);
// `assignment`: "stages.1.batch=4", "ema=0": a field of the recipe's JSON. Throws Error{option}
// that names the nearest field there is, or the type it must have.
Recipe with_setting(const Recipe& recipe, std::string_view assignment);
// Throws Error{option} naming field, value and range.
void check(const Recipe& recipe);

}  // namespace fossilct
