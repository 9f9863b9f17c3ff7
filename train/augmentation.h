// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/json.h"

namespace fossilct {

// Each with the probability that it meets a sample, and its range. Intensities are normalised ones:
// 1 is a standard deviation of the rock.
struct Augmentation {
  double flip = 0.5;          // probability, of each of the two mirrors
  double quarter_turn = 0.75; // 90, 180 or 270 degrees
  double rotate = 0.2;        // probability; else 0
  double rotate_degrees = 45;
  double zoom = 0.2;
  double zoom_low = 0.7, zoom_high = 1.4;
  double elastic = 0.2;
  double elastic_pixels = 4;  // standard deviation of the displacement
  double elastic_grid = 32;   // pixels between its nodes
  double brightness = 0.5;
  double brightness_shift = 0.5;
  double contrast = 0.5;
  double contrast_low = 0.5, contrast_high = 1.8;
  double gamma = 0.2;
  double gamma_low = 0.7, gamma_high = 1.5;
  double noise = 0.5;
  double noise_deviation = 0.8;  // drawn from 0 to this
  double blur = 0.2;
  double blur_sigma = 1.2;  // pixels, drawn from 0.3 to this
  double rings = 0.1;
  double rings_deviation = 0.4;
  double cupping = 0.1;
  double cupping_depth = 0.8;
  double stretch = 0.2;  // a random monotone map of intensities
  double stretch_strength = 0.3;

  bool operator==(const Augmentation&) const = default;
};
Json to_json(const Augmentation& augmentation);
Augmentation augmentation_from_json(const Json& json);

}  // namespace fossilct
