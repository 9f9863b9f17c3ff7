// SPDX-License-Identifier: Apache-2.0
#include "filters/otsu.h"

#include <cmath>

namespace fossilct {
namespace {

struct Moments {
  double count = 0, sum = 0, squares = 0;
};

double centre_of_bin(const Histogram& histogram, std::size_t bin) {
  return histogram.low + (static_cast<double>(bin) + 0.5) * histogram.bin_width();
}

Moments moments_of(const Histogram& histogram) {
  Moments all;
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    const auto count = static_cast<double>(histogram.counts[bin]);
    const double value = centre_of_bin(histogram, bin);
    all.count += count;
    all.sum += count * value;
    all.squares += count * value * value;
  }
  return all;
}

}  // namespace

OtsuSplit otsu(const Histogram& histogram) {
  const Moments all = moments_of(histogram);
  OtsuSplit best{.threshold = histogram.low};
  if (all.count == 0) {
    return best;
  }
  const double mean = all.sum / all.count;
  const double variance = all.squares / all.count - mean * mean;
  const double width = histogram.bin_width();
  double below = 0, sum_below = 0, best_between = 0;
  for (std::size_t bin = 0; bin + 1 < histogram.counts.size(); ++bin) {
    const auto count = static_cast<double>(histogram.counts[bin]);
    below += count;
    sum_below += count * centre_of_bin(histogram, bin);
    if (below == 0 || below == all.count) {
      continue;
    }
    const double share = below / all.count;
    const double offset = mean * share - sum_below / all.count;
    const double between = offset * offset / (share * (1 - share));
    const double border = histogram.low + static_cast<double>(bin + 1) * width;
    // An empty bin leaves the variance as it was: the threshold moves to the middle of the gap.
    if (count == 0 && between == best_between && best_between > 0) {
      best.threshold += width / 2;
    } else if (between > best_between) {
      best_between = between;
      best = {.threshold = border, .darker_share = share, .separability = between / variance};
    }
  }
  return best;
}

}  // namespace fossilct
