// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "specimens/measurement.h"
#include "specimens/rock_region.h"
#include "volumes/grid.h"

namespace fossilct {

// The volume in which a body's box, with a voxel around it, could lie wholly in rock: what it
// counts by. No value where it does not lie so itself: it may be cut by the scan's border or by the
// core's surface.
inline constexpr MeasurementKind counting_volume_kind = {
    "counting_volume", Unit::volume,
    "volume of the places where the body's box, with a voxel around it, lies wholly in the rock of "
    "the scan; specimens per volume of rock are the sum of its inverses",
    "Miles 1974; Lantuejoul 1980"};

Measurement counting_volume(const Box& box, const Grid& scan, RockRegion& rock);

struct DensityOptions {
  double rock_volume = 1;  // um3 or voxel3, above 0; of the limit where nothing is counted
  bool per_cm3 = true;     // volumes are um3; otherwise voxel3
  double level = 0.95;     // of the interval; in (0, 1)
};

// Specimens in a volume of rock. Per cm3, or per voxel3 where the voxel size is not known.
struct Density {
  std::int64_t counted = 0;    // whole ones
  std::int64_t left_out = 0;   // those without a counting volume: the whole ones stand for them
  double effective_count = 0;  // what the interval rests on: (sum of weights)^2 / sum of squares
  double frame_volume = 0;     // counted / value: rock that the whole ones are from; um3 or voxel3
  double value = 0;
  double low = 0;
  double high = 0;
  double level = 0;
  bool per_cm3 = false;
};

// Of the counting volumes of specimens. Only those that lie wholly in rock count, each by the
// inverse of the volume in which its box could lie so: large ones, which the scan's faces and the
// core's round surface cut more often, weigh more. The sum of weights is free of bias for any shape
// of the rock and any mix of sizes as long as each could lie whole somewhere: the rule of Miles
// 1974 (in Stochastic Geometry, Harding and Kendall, 228-247) and Lantuejoul 1980 (Microscopica
// Acta Suppl. 4), with the rock in place of the window: a box of which it erodes the rock. The
// counting rule of Gundersen 1977, J. Microsc. 111, 219-223, would have to see the cut ones beyond
// the scan. The interval is the exact one of Poisson counts (Garwood 1936, Biometrika 28, 437-442),
// for the effective count where weights differ; with none counted, from 0 to the limit of a count
// of none in all the rock. Throws Error{option}: a volume or level out of range.
Density density(std::span<const std::optional<double>> counting_volumes,
                const DensityOptions& options);

// Garwood's limits for a count, which may be a fraction, 0 or more.
struct PoissonInterval {
  double low = 0;
  double high = 0;
};
PoissonInterval poisson_interval(double count, double level);

}  // namespace fossilct
