// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "specimens/body_crop.h"
#include "specimens/measurement.h"
#include "volumes/volume.h"

namespace fossilct {

// What a voxel of Anatomy::tissue is.
inline constexpr std::uint8_t tissue_wall = 1;
inline constexpr std::uint8_t tissue_lumen = 2;

struct AnatomyOptions {
  // The grey value of air in the scan (of its darkest phase). Without it the darkest hundredth of
  // the crop stands for air, and a fossil filled with cement in rock without pores may be called
  // open.
  std::optional<double> air_grey;
  // A hollow of the mask is inside where its mouth is narrower than it by this share of its
  // inscribed radius, 0 to 1 (not included).
  double narrowing_of_mouth = 0.2;
  // The same for two chambers and the foramen between them.
  double narrowing_of_foramen = 0.3;
  // And by so many voxel edges at least: long chambers a few voxels wide wave by less.
  double least_fall_to_foramen_voxels = 0.9;
  // Chambers of a smaller inscribed radius are pores: not counted, and none of the volumes. In
  // voxel edges (geometric mean of the three); above 0. The blur narrows a hollow of two by some
  // 0.3.
  double least_chamber_radius_voxels = 1.7;
  // Wall and lumen are told apart where they lie so many standard deviations of the noise apart.
  double least_contrast_to_noise = 2.5;
};

// Wall, lumen and chambers of one body.
struct Anatomy {
  // tissue_wall, tissue_lumen, 0 outside the body; the crop's size. All wall where nothing could
  // be told apart.
  Volume<std::uint8_t> tissue;
  Volume<std::uint32_t> chamber_ids;        // 1 ... chambers, the largest first; 0 for all else
  bool resolved = false;                    // wall and lumen differ; else there are no figures
  std::vector<double> chamber_volumes_um3;  // descending
  double thickness_mean_um = 0;             // of the wall (filters/local_thickness.h), by voxels
  double thickness_median_um = 0;
  double thickness_95_um = 0;
  double porosity = 0;  // lumen over wall and lumen
  // "open" (nine tenths of the lumen or more are as dark as air), "filled" (a tenth at most),
  // "partly", "not resolvable".
  std::string infill = "not resolvable";
  // Middles of the grey values of wall and lumen over the deviation of the noise; without a scan
  // there is none.
  std::optional<double> contrast_to_noise;
};

// The body is sealed, parted into wall and lumen, and the lumen into chambers.
//
// Sealing: hollows that the mask leaves open (the mask may be of the wall alone) are inside where
// they narrow towards their mouth: basins of the watershed of the distance to the mask that meet
// the basin of the outside at a narrower place; the seal lies at the mouth's waist. Bays of the
// outline that only widen outwards stay outside. A face of the scan is a lid; hollows that reach
// two of them are outside. Other bodies are outside.
//
// Wall and lumen: by grey values, against levels found in the body itself: the wall's in the second
// layer of voxels under its surface, air's and cement's in the rest. The threshold is half-way
// between wall and what the lumen holds there: air or cement. NaN counts as wall. With `wall_class`
// (u8, the crop's size; assert) its non-zero voxels are the wall. Without both, what was sealed is
// the lumen. A lumen that neither grey values nor the mask tell from the wall is not resolved.
//
// Chambers: basins of the lumen's distance map (watershed from the peaks that stand out, Meyer
// 1991), united where the foramen is hardly narrower than the chamber, over faces.
//
// Cost: some 300 ns a voxel of the crop on one thread, more where the wall is thick. Memory: some
// 40 bytes a voxel of the crop.
Anatomy measure_anatomy(const BodyCrop& crop, const AnatomyOptions& options = {},
                        const VolumeView<const std::uint8_t>* wall_class = nullptr);

std::span<const MeasurementKind> anatomy_kinds();
// One of each kind, in that order.
void append_measurements(const Anatomy& anatomy, std::vector<Measurement>& measurements);

}  // namespace fossilct
