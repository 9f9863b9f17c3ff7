// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "specimens/anatomy.h"
#include "specimens/body_crop.h"
#include "specimens/measurement.h"
#include "volumes/volume.h"

namespace fossilct {

struct MeasuringOptions {
  bool anatomy = true;  // wall, lumen and chambers; needs grey values or a wall class
  AnatomyOptions anatomy_options;
};

// All that is measured of one body.
struct MeasuredBody {
  std::vector<Measurement> measurements;  // in the order of measurement_kinds()
  std::string infill;                     // Specimen::infill
  Volume<std::uint8_t> tissue;            // Anatomy::tissue; empty where nothing tells
};

// Shape, intensities and anatomy of a body from its crop. `wall_class`, where
// given, is 1 in the voxels that a model has labelled as wall. Pure, on one
// thread. Cost and memory: those of the three.
MeasuredBody measure_body(const BodyCrop& crop, const VolumeView<const std::uint8_t>* wall_class,
                          const MeasuringOptions& options);

// The kinds that measure_body() can give, `counting_volume` and
// `uncertainty_mean`: all columns of a catalogue, in their order.
std::vector<MeasurementKind> measurement_kinds();

// The value of the measurement of that name; nothing where it is absent or has
// none.
std::optional<double> measured_value(const std::vector<Measurement>& measurements,
                                     std::string_view name);

// Mean uncertainty of the body's voxels, 0 to 1; added to the measurements by
// extraction.
inline constexpr MeasurementKind uncertainty_kind = {
    "uncertainty_mean", Unit::none,
    "mean of the segmentation's uncertainty over the body's voxels, 0 to 1", ""};

}  // namespace fossilct
