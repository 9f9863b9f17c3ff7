// SPDX-License-Identifier: Apache-2.0
#include "specimens/fragments.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "specimens/measured_body.h"
#include "specimens/median.h"

namespace fossilct {

namespace {

constexpr double least_share_of_volume = 0.25;
constexpr double deviations = 3;
constexpr double least_deviation = 0.02;
constexpr std::size_t fewest = 8;

struct Kind {
  std::vector<double> volumes;
  std::vector<double> solidities;
};

}  // namespace

void mark_fragments(std::vector<Specimen>& specimens) {
  std::map<std::int64_t, Kind> kinds;
  for (Specimen& s : specimens) {
    s.fragment = false;
    const auto volume = measured_value(s.measurements, "volume");
    const auto solidity = measured_value(s.measurements, "solidity");
    if (!s.truncated && volume && solidity) {
      kinds[s.class_value].volumes.push_back(*volume);
      kinds[s.class_value].solidities.push_back(*solidity);
    }
  }
  for (const auto& [value, kind] : kinds) {
    if (kind.volumes.size() < fewest) {
      continue;
    }
    const double volume = median(kind.volumes);
    const double solidity = median(kind.solidities);
    std::vector<double> distances;
    for (const double s : kind.solidities) {
      distances.push_back(std::abs(s - solidity));
    }
    const double deviation = std::max(least_deviation, 1.4826 * median(distances));
    for (Specimen& s : specimens) {
      if (s.class_value == value && !s.truncated) {
        s.fragment = measured_value(s.measurements, "volume").value_or(volume) <
                         least_share_of_volume * volume &&
                     measured_value(s.measurements, "solidity").value_or(solidity) <
                         solidity - deviations * deviation;
      }
    }
  }
}

}  // namespace fossilct
