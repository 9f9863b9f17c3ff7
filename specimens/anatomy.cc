// SPDX-License-Identifier: Apache-2.0
#include "specimens/anatomy.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "filters/local_thickness.h"
#include "specimens/hollows.h"
#include "specimens/tissue.h"

namespace fossilct {

namespace {

Volume<std::uint8_t> mask_where(const Volume<std::uint8_t>& labels, std::uint8_t value) {
  Volume<std::uint8_t> mask(labels.size());
  std::transform(labels.data(), labels.data() + voxel_count(labels.size()), mask.data(),
                 [value](std::uint8_t v) { return v == value ? 1 : 0; });
  return mask;
}

Volume<std::uint8_t> sealed_body(const BodyCrop& crop, const AnatomyOptions& options) {
  Volume<std::uint8_t> body =
      sealed(mask_where(crop.mask, mask_body).view(), crop.at_scan_face,
             {.spacing = crop.grid.spacing_um, .narrowing = options.narrowing_of_mouth});
  for (std::int64_t i = 0; i < voxel_count(body.size()); ++i) {
    body.data()[i] = crop.mask.data()[i] == mask_other_body ? std::uint8_t{0} : body.data()[i];
  }
  return body;
}

// Wall by `is_wall(i)`, lumen for the rest of the body.
template <typename IsWall>
Volume<std::uint8_t> parted(const Volume<std::uint8_t>& body, const IsWall& is_wall) {
  Volume<std::uint8_t> tissue(body.size());
  for (std::int64_t i = 0; i < voxel_count(body.size()); ++i) {
    if (body.data()[i] != 0) {
      tissue.data()[i] = is_wall(i) ? tissue_wall : tissue_lumen;
    }
  }
  return tissue;
}

std::string infill_of(const Volume<std::uint8_t>& tissue, const Volume<float>& grey,
                      const GreyLevels& levels) {
  std::int64_t lumen = 0, air = 0;
  for (std::int64_t i = 0; i < voxel_count(tissue.size()); ++i) {
    const bool known = tissue.data()[i] == tissue_lumen && std::isfinite(grey.data()[i]);
    lumen += known ? 1 : 0;
    air += known && grey.data()[i] < levels.air_below ? 1 : 0;
  }
  // Voxels at the wall are brighter than air by the blur: where all that was found is air, so are
  // they.
  if (!levels.cement || 10 * air >= 9 * lumen) {
    return levels.air ? "open" : "not resolvable";
  }
  return levels.air && 10 * air > lumen ? "partly" : "filled";
}

void measure_wall(const Vector3& spacing, Anatomy& anatomy) {
  const Volume<float> thickness =
      local_thickness(mask_where(anatomy.tissue, tissue_wall).view(), spacing);
  std::vector<float> values;
  std::copy_if(thickness.data(), thickness.data() + voxel_count(thickness.size()),
               std::back_inserter(values), [](float t) { return t > 0; });
  if (values.empty()) {
    return;
  }
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const float value : values) {
    sum += value;
  }
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  anatomy.thickness_mean_um = sum / static_cast<double>(values.size());
  anatomy.thickness_median_um = at(0.5);
  anatomy.thickness_95_um = at(0.95);
}

void measure_chambers(const Grid& grid, const AnatomyOptions& options, Anatomy& anatomy) {
  const double edge = std::cbrt(grid.voxel_volume());
  Hollows chambers = chambers_of(mask_where(anatomy.tissue, tissue_lumen).view(),
                                 {.spacing = grid.spacing_um,
                                  .narrowing = options.narrowing_of_foramen,
                                  .least_fall = options.least_fall_to_foramen_voxels * edge,
                                  .least_radius = options.least_chamber_radius_voxels * edge});
  anatomy.chamber_ids = std::move(chambers.ids);
  for (const std::int64_t voxels : chambers.voxels) {
    anatomy.chamber_volumes_um3.push_back(static_cast<double>(voxels) * grid.voxel_volume());
  }
}

constexpr std::array<MeasurementKind, 8> kinds = {{
    {"chambers", Unit::count,
     "hollows of the sealed test, divided at the foramina, that hold a ball of 1.7 voxels' radius",
     "watershed of the distance map: Meyer 1991; Soille 2003, 6.3.4 and 9.2"},
    {"chamber_volume_sum", Unit::volume, "volume of all chambers, empty or filled", ""},
    {"chamber_volume_largest", Unit::volume, "volume of the largest chamber", ""},
    {"wall_thickness_mean", Unit::length, "mean over the wall of its local thickness",
     "Hildebrand and Rueegsegger 1997, eq. 1"},
    {"wall_thickness_median", Unit::length, "median over the wall of its local thickness",
     "Hildebrand and Rueegsegger 1997, eq. 1"},
    {"wall_thickness_95", Unit::length, "what 95 of 100 voxels of the wall are at most as thick as",
     "Hildebrand and Rueegsegger 1997, eq. 1"},
    {"porosity", Unit::none, "share of the lumen, empty or filled, in the sealed test", ""},
    {"wall_contrast_to_noise", Unit::none,
     "difference of the middle grey values of wall and lumen over the deviation of the noise", ""},
}};

}  // namespace

Anatomy measure_anatomy(const BodyCrop& crop, const AnatomyOptions& options,
                        const VolumeView<const std::uint8_t>* wall_class) {
  const std::int64_t count = voxel_count(crop.mask.size());
  const bool with_grey = crop.grey.data() != nullptr;
  assert(!wall_class || (wall_class->size() == crop.mask.size() && wall_class->contiguous()));
  Anatomy anatomy;
  const Volume<std::uint8_t> body = sealed_body(crop, options);
  std::optional<GreyLevels> levels;
  if (with_grey) {
    levels = grey_levels(body.view(), crop.grey.view(), options.air_grey,
                         options.least_contrast_to_noise);
  }
  anatomy.contrast_to_noise = levels ? levels->contrast_to_noise() : std::nullopt;
  if (wall_class) {
    anatomy.tissue = parted(body, [&](std::int64_t i) { return wall_class->data()[i] != 0; });
  } else if (anatomy.contrast_to_noise) {
    anatomy.tissue = tissue_by_grey(body.view(), crop.grey.view(), *levels);
  } else {
    anatomy.tissue = parted(body, [&](std::int64_t i) { return crop.mask.data()[i] == mask_body; });
  }
  const std::int64_t lumen =
      std::count(anatomy.tissue.data(), anatomy.tissue.data() + count, tissue_lumen);
  const std::int64_t inside = std::count(body.data(), body.data() + count, std::uint8_t{1});
  // A pore or two in a body of one grey are no anatomy.
  anatomy.resolved = anatomy.contrast_to_noise || 100 * lumen >= inside;
  anatomy.chamber_ids = Volume<std::uint32_t>(body.size());
  if (!anatomy.resolved || lumen == 0) {
    anatomy.resolved = false;
    return anatomy;
  }
  anatomy.porosity = static_cast<double>(lumen) / static_cast<double>(inside);
  if (levels) {
    anatomy.infill = infill_of(anatomy.tissue, crop.grey, *levels);
  }
  measure_wall(crop.grid.spacing_um, anatomy);
  measure_chambers(crop.grid, options, anatomy);
  return anatomy;
}

std::span<const MeasurementKind> anatomy_kinds() { return kinds; }

void append_measurements(const Anatomy& anatomy, std::vector<Measurement>& measurements) {
  double sum = 0;
  for (const double volume : anatomy.chamber_volumes_um3) {
    sum += volume;
  }
  const auto& volumes = anatomy.chamber_volumes_um3;
  const std::array<std::optional<double>, kinds.size()> values = {
      static_cast<double>(volumes.size()),
      sum,
      volumes.empty() ? std::nullopt : std::optional(volumes.front()),
      anatomy.thickness_mean_um,
      anatomy.thickness_median_um,
      anatomy.thickness_95_um,
      anatomy.porosity,
      anatomy.contrast_to_noise};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const bool known = anatomy.resolved && values[i];
    const std::string reason = anatomy.resolved && i == 2   ? "no chambers"
                               : anatomy.resolved && i == 7 ? "no contrast in the scan"
                                                            : "not resolvable";
    measurements.push_back({std::string(kinds[i].name), known ? values[i] : std::nullopt,
                            known ? std::string() : reason});
  }
}

}  // namespace fossilct
