// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volumes/statistics.h"

namespace fossilct {

struct OtsuSplit {
  double threshold = 0;     // values below it are of the darker class
  double darker_share = 0;  // of all counts, 0 to 1
  // Between-class variance over total variance, 0 to 1: 0.64 for one Gaussian cut in half, near 1
  // for two peaks far apart.
  double separability = 0;
};

// The threshold that maximises the between-class variance (Otsu 1979, IEEE Trans. SMC 9, eq. 18 and
// 19), at a bin's border; the middle of the range of thresholds that do equally well. A histogram
// with one value or none gives separability 0. Cost: the number of bins.
OtsuSplit otsu(const Histogram& histogram);

}  // namespace fossilct
