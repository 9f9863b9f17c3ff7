// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/json.h"

namespace fossilct {

// What a sample may meet before the network sees it. A field named after a change is its
// probability, 0 to 1; those behind it are its range. Pixels are those of the stage's resolution;
// intensities are scaled ones (Normalisation), 1 a deviation of the rock.
struct Augmentation {
  double flip = 0.5;           // left and right change places
  double flip_rows = 0.5;      // top and bottom
  double quarter_turn = 0.75;  // by 90, 180 or 270 degrees; where rows and columns differ, by 180
  double rotate = 0.2;
  double rotate_degrees = 45;  // either way
  double zoom = 0.2;
  double zoom_low = 0.7, zoom_high = 1.4;  // above 1 enlarges
  double warp = 0;                         // perspective
  double warp_share = 0.2;                 // of a corner's way to the centre, at most
  double elastic = 0.2;
  double elastic_pixels = 3;  // deviation of the displacement
  double elastic_grid = 24;   // pixels between the nodes of its grid
  double brightness = 0.5;
  double brightness_shift = 0.5;  // either way
  double contrast = 0.5;
  double contrast_low = 0.6, contrast_high = 1.7;  // about 0
  double gamma = 0.2;
  double gamma_low = 0.7, gamma_high = 1.4;  // of the sample's range
  double stretch = 0.2;
  double stretch_strength = 0.4;  // of a monotone map: slopes from 1 - strength to 1 + strength
  double rings = 0.1;
  double rings_deviation = 0.3;
  double cupping = 0.1;
  double cupping_depth = 0.8;  // between centre and corner, either way
  double blur = 0.2;
  double blur_sigma = 1.2;  // from 0.3 pixels to this
  double noise = 0.6;
  double noise_deviation =
      0.7;  // from 0 to this; half of the time smoothed as a reconstruction does

  bool operator==(const Augmentation&) const = default;
};

// No change of any kind.
Augmentation no_augmentation();

Json to_json(const Augmentation& augmentation);
// `where` is put before a field's name in messages. Throws Error{format}.
Augmentation augmentation_from_json(const Json& json, const std::string& where);
// Throws Error{option} naming a probability or range that makes no sense.
void check(const Augmentation& augmentation, const std::string& where);

}  // namespace fossilct
