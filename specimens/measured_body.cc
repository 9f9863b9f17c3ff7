// SPDX-License-Identifier: Apache-2.0
#include "specimens/measured_body.h"

#include <utility>

#include "specimens/density.h"
#include "specimens/intensities.h"
#include "specimens/shape.h"

namespace fossilct {

MeasuredBody measure_body(const BodyCrop& crop, const VolumeView<const std::uint8_t>* wall_class,
                          const MeasuringOptions& options) {
  MeasuredBody result;
  append_measurements(measure_shape(crop), result.measurements);
  append_measurements(measure_intensities(crop), result.measurements);
  if (options.anatomy) {
    Anatomy anatomy = measure_anatomy(crop, options.anatomy_options, wall_class);
    append_measurements(anatomy, result.measurements);
    result.infill = std::move(anatomy.infill);
    // A wall class is known in solid bodies too.
    if (anatomy.resolved || wall_class != nullptr) {
      result.tissue = std::move(anatomy.tissue);
    }
  }
  return result;
}

std::vector<MeasurementKind> measurement_kinds() {
  std::vector<MeasurementKind> kinds;
  for (const auto& some : {shape_kinds(), intensity_kinds(), anatomy_kinds()}) {
    kinds.insert(kinds.end(), some.begin(), some.end());
  }
  kinds.push_back(counting_volume_kind);
  kinds.push_back(uncertainty_kind);
  return kinds;
}

std::optional<double> measured_value(const std::vector<Measurement>& measurements,
                                     std::string_view name) {
  for (const Measurement& m : measurements) {
    if (m.name == name) {
      return m.value;
    }
  }
  return std::nullopt;
}

}  // namespace fossilct
