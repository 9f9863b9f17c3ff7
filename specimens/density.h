// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "volumes/grid.h"

namespace fossilct {

// What counting needs to know of a specimen.
struct CountedBody {
  Box box;
  bool truncated = false;  // has a voxel in an outermost slice, row or column of the scan
};

struct DensityOptions {
  double rock_fraction = 1;  // rock / scan volume, without the air; in (0, 1]
  double level = 0.95;       // of the interval; in (0, 1)
};

// Specimens in a volume of rock. Per cm3, or per voxel3 where the voxel size is not known.
struct Density {
  std::int64_t counted = 0;    // whole ones
  std::int64_t left_out = 0;   // truncated ones: the border correction stands for them
  double effective_count = 0;  // what the interval rests on: (sum of weights)^2 / sum of squares
  double frame_volume = 0;     // counted / value: rock that the whole ones are from; um3 or voxel3
  double value = 0;
  double low = 0;
  double high = 0;
  double level = 0;
  bool per_cm3 = false;
};

// Only whole specimens count, each by the inverse of the volume in which its box could lie whole:
// with a box of b of the n voxels along an axis, n - 1 - b places out of n, as a whole one keeps
// clear of the outermost voxels. So large ones, cut more often, weigh more, and the sum is free of
// bias for any mix of sizes as long as each could lie whole in the scan: Miles 1974 in Stochastic
// Geometry (Harding and Kendall), 228-247, and Lantuejoul 1980, Microscopica Acta Suppl. 4. The
// counting rule of Gundersen 1977, J. Microsc. 111, 219-223, would have to see the cut ones beyond
// the scan. Assumes that rock fills the same share of each such volume as of the scan; a core's own
// round surface is no border here. The interval is the exact one of Poisson counts (Garwood 1936,
// Biometrika 28, 437-442), for the effective count where weights differ; with no whole specimen,
// from 0 to the limit of a count of none in all voxels but the outermost. Throws Error{option}: a
// fraction or level out of range.
Density density(std::span<const CountedBody> bodies, const Grid& scan,
                const DensityOptions& options = {});

// Garwood's limits for a count, which may be a fraction, 0 or more.
struct PoissonInterval {
  double low = 0;
  double high = 0;
};
PoissonInterval poisson_interval(double count, double level);

}  // namespace fossilct
