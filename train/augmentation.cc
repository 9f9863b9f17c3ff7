// SPDX-License-Identifier: Apache-2.0
#include "train/augmentation.h"

#include "train/json_fields.h"

namespace fossilct {
namespace {

template <typename Self, typename Visit>
void visit_probabilities(Self& self, Visit&& visit) {
  visit("flip", self.flip);
  visit("flip_rows", self.flip_rows);
  visit("quarter_turn", self.quarter_turn);
  visit("rotate", self.rotate);
  visit("zoom", self.zoom);
  visit("warp", self.warp);
  visit("elastic", self.elastic);
  visit("brightness", self.brightness);
  visit("contrast", self.contrast);
  visit("gamma", self.gamma);
  visit("stretch", self.stretch);
  visit("rings", self.rings);
  visit("cupping", self.cupping);
  visit("blur", self.blur);
  visit("noise", self.noise);
}

template <typename Self, typename Visit>
void visit_ranges(Self& self, Visit&& visit) {
  visit("rotate_degrees", self.rotate_degrees);
  visit("zoom_low", self.zoom_low);
  visit("zoom_high", self.zoom_high);
  visit("warp_share", self.warp_share);
  visit("elastic_pixels", self.elastic_pixels);
  visit("elastic_grid", self.elastic_grid);
  visit("brightness_shift", self.brightness_shift);
  visit("contrast_low", self.contrast_low);
  visit("contrast_high", self.contrast_high);
  visit("gamma_low", self.gamma_low);
  visit("gamma_high", self.gamma_high);
  visit("stretch_strength", self.stretch_strength);
  visit("rings_deviation", self.rings_deviation);
  visit("cupping_depth", self.cupping_depth);
  visit("blur_sigma", self.blur_sigma);
  visit("noise_deviation", self.noise_deviation);
}

void require(bool holds, const std::string& name, double value, const std::string& range) {
  if (!holds) {
    throw option_error(name, format_number(value) + ": expected " + range);
  }
}

}  // namespace

// Found by the visitors' templates, so not in the unnamed namespace.
template <FieldsOf<Augmentation> Self, typename Visit>
static void visit_fields(Self& self, Visit& visit) {
  visit_probabilities(self, visit);
  visit_ranges(self, visit);
}

Augmentation no_augmentation() {
  Augmentation none;
  visit_probabilities(none, [](const char*, double& probability) { probability = 0; });
  return none;
}

Json to_json(const Augmentation& augmentation) { return written_fields(augmentation); }

Augmentation augmentation_from_json(const Json& json, const std::string& where) {
  return read_fields<Augmentation>(json, where);
}

void check(const Augmentation& a, const std::string& where) {
  visit_probabilities(a, [&](const char* name, double value) {
    require(value >= 0 && value <= 1, where + name, value, "a probability, 0 to 1");
  });
  visit_ranges(a, [&](const char* name, double value) {
    require(value >= 0 && value <= 1000, where + name, value, "0 to 1000");
  });
  require(a.zoom_low > 0.1 && a.zoom_low <= a.zoom_high && a.zoom_high < 10, where + "zoom_low",
          a.zoom_low, "above 0.1 and at most zoom_high");
  require(a.contrast_low <= a.contrast_high, where + "contrast_low", a.contrast_low,
          "at most contrast_high");
  require(a.gamma_low > 0 && a.gamma_low <= a.gamma_high, where + "gamma_low", a.gamma_low,
          "above 0 and at most gamma_high");
  require(a.warp_share < 1, where + "warp_share", a.warp_share, "below 1");
  require(a.stretch_strength < 1, where + "stretch_strength", a.stretch_strength, "below 1");
  require(a.elastic_grid >= 2, where + "elastic_grid", a.elastic_grid, "at least 2 pixels");
  require(a.blur_sigma >= 0.3 && a.blur_sigma <= 10, where + "blur_sigma", a.blur_sigma,
          "0.3 to 10 pixels");
}

}  // namespace fossilct
