// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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

// Some epochs with one schedule.
struct Phase {
  int epochs = 0;
  // Of the first and the last of the three parameter groups, geometric between; empty: found by a
  // range test, the first groups' rates then being 1/10 of the last's.
  std::optional<std::array<double, 2>> rates;
  double start_share = 0.3;  // of the one cycle
};

// Training at one resolution in the plane of the slice, from the weights of the stage before.
struct Stage {
  int resolution = 1;  // 1, 2, 4 or 8: pixels are the mean of that many squared
  int crop = 0;        // rows and columns of a sample, at this resolution; 0: whole slices
  int batch = 4;
  int accumulate = 1;  // batches a step
  // Samples an epoch; 0: as many as there are labelled slices to draw from.
  int epoch_samples = 0;
  Phase frozen;    // the encoder's convolutions do not learn; only with given encoder weights
  Phase unfrozen;
};

// Everything that decides how a network is trained, the data left aside.
struct Recipe {
  std::string name = "default";
  std::string encoder = "resnet18";
  std::string decoder = "conv";
  std::vector<Axis> axes = {Axis::z, Axis::y, Axis::x};
  int context = 1;            // neighbouring slices on each side, as channels
  bool repeat_grey = false;   // the one slice in three channels (context 0), for given weights
  Normalisation normalisation = Normalisation::rock;
  double foreground_share = 1.0 / 3;  // of each batch, centred on a voxel of a class other than 0
  LossOptions loss;
  bool balance_classes = false;  // class weights from the counts (balancing_weights)
  double weight_decay = 1e-2;
  double gradient_clip = 1;  // largest norm of all gradients; 0: none
  double ema = 0.99;         // decay a step of the averaged weights; 0: none
  bool freeze_norm_at_batch_1 = true;
  int patience = 0;  // epochs without a better score before the last stage ends; 0: never
  Augmentation augmentation;
  std::vector<Stage> stages;

  int channels() const { return repeat_grey ? 3 : 2 * context + 1; }
};

// "default", "quick", "paper". Throws Error{option} naming the known ones.
Recipe recipe_named(std::string_view name);

Json to_json(const Recipe& recipe);
// Every field must be there, none else; throws Error{format}.
Recipe recipe_from_json(const Json& json);
// `assignment`: "stages.1.batch=4", "ema=0": a field of the recipe's JSON. Throws Error{option} that
// names the nearest field there is, or what type it must have.
Recipe with_setting(const Recipe& recipe, std::string_view assignment);
// Throws Error{option} naming the field, its value and its range.
void check(const Recipe& recipe);

}  // namespace fossilct
