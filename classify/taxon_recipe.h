// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "networks/spec.h"

namespace fossilct {

// What a picture may meet each time the network sees it. Values listed are drawn alike; what comes
// from outside a turned picture is its nearest edge pixel.
struct TaxonAugmentation {
  double rotate_degrees = 180;  // either way, 0 to 180: any angle
  bool quarter_turns = false;   // by 0, 90, 180 or 270 degrees
  bool flip = false;            // mirrored, half of the time
  std::vector<double> gains = {};
  std::vector<double> gammas = {};
  std::vector<double> zooms = {};  // above 1 enlarges
  // Up to this share more or less, 0 to 1; contrast and saturation about the picture's mean.
  double brightness = 0;
  double contrast = 0;
  double saturation = 0;
  double crop = 1;  // a square of this share of the area, up to all, is enlarged to the whole
  // A weighted mean of the specimen's pictures in place of one: for photographs that differ in the
  // direction of light alone, where it is what lamps of other strength would show.
  bool mix_lights = false;

  bool operator==(const TaxonAugmentation&) const = default;
};

enum class RateSchedule {
  constant,
  alrs,        // halved where the loss falls no more, ended after four times (Marchant et al. 2020)
  one_cycle,   // up and down once (Smith 2018; OneCycle)
  exponential  // x 0.96 every half epoch (Liu et al. 2022)
};

// Some epochs with one part of the network learning.
struct TaxonPhase {
  int epochs = 100;  // the most; ALRS and patience may end it before
  double rate = 1e-3;
  RateSchedule schedule = RateSchedule::one_cycle;
  // Of the encoder's convolutions, the first to rest (freeze_first_layers). 1: their vectors are
  // computed once and the head learns from them.
  double frozen_share = 0;
  int patience = 0;  // epochs without a lower validation loss that end it; 0: never

  bool operator==(const TaxonPhase&) const = default;
};

enum class TaxonSampling { all, oversample, undersample };

// From 8 bit to what the network takes: v / 255; that, less the picture's mean, over its deviation,
// so that light and camera count less; or less the mean of ImageNet over its deviation, as weights
// of torchvision expect.
enum class PictureScaling { unit, standard, imagenet };

// Everything that decides how a network learns taxa, the pictures left aside.
struct TaxonRecipe {
  std::string name = "default";
  std::string encoder = "base-cyclic";
  int filters = 8;      // of base-cyclic and resnet-cyclic
  bool cyclic = false;  // of a resnet
  std::string head = {};
  PictureScaling scaling = PictureScaling::standard;
  TaxonAugmentation augmentation;
  std::vector<TaxonPhase> phases = {TaxonPhase{}};
  int batch = 32;
  double weight_decay = 0;     // of AdamW; 0: Adam
  double label_smoothing = 0;  // 0 to 0.5
  bool class_weights = true;   // geometric mean of the counts / count, 0.1 to 10
  TaxonSampling sampling = TaxonSampling::all;
  // Where the encoder rests as a whole: vectors of each picture as it is and of this many changed
  // ones less one.
  int vector_copies = 1;

  bool operator==(const TaxonRecipe&) const = default;
};

// "default"; "marchant" (base-cyclic from scratch), "transfer" (Marchant's frozen cyclic ResNet50),
// "johansen" (VGG16), "liu" (half of a ResNet50): the papers' own settings. Throws Error{option}
// naming those there are.
TaxonRecipe taxon_recipe_named(std::string_view name);
std::vector<std::string> taxon_recipe_names();

// The network of the recipe for a set's pictures.
NetworkSpec network_of(const TaxonRecipe& recipe, int size, int channels, int taxa,
                       int measurements);

Json to_json(const TaxonRecipe& recipe);
// `assignment`: "batch=16", "phases.0.rate=0.01", "augmentation.flip=false": a field of the
// recipe's JSON. Throws Error{option} that names the field, or the nearest there is.
TaxonRecipe with_setting(const TaxonRecipe& recipe, std::string_view assignment);
// Throws Error{option} naming field, value and range.
void check(const TaxonRecipe& recipe);

std::string name_of(PictureScaling scaling);
PictureScaling picture_scaling_from_name(std::string_view name);  // throws Error{format}

}  // namespace fossilct
