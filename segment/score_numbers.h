// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `segment`: numbers of scores.

#include <cmath>
#include <limits>

#include "base/json.h"

namespace fossilct {

// NaN of nothing.
inline double ratio(double part, double whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : part / whole;
}

inline Json number_or_null(double value) { return std::isnan(value) ? Json() : Json(value); }

}  // namespace fossilct
