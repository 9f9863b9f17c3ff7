// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace fossilct {

// The percentiles that VolumeStatistics holds, ascending.
inline constexpr std::array reported_percents = {0.1,  0.5,  1.0,  5.0,  25.0, 50.0,
                                                 75.0, 95.0, 99.0, 99.5, 99.9};

}  // namespace fossilct
