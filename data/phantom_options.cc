// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "data/phantom.h"

namespace fossilct {

namespace {

void check_range(const char* option, double value, double low, double high) {
  if (!(value >= low && value <= high)) {
    throw option_error(option, "is " + format_number(value) + "; expected a number from " +
                                   format_number(low) + " to " + format_number(high));
  }
}

void check_axis(char axis, std::int64_t value, std::int64_t least) {
  constexpr std::int64_t most = 65536;
  if (value < least || value > most) {
    throw option_error("--size", std::string("is ") + std::to_string(value) + " along " + axis +
                                     "; expected " + std::to_string(least) + " to " +
                                     std::to_string(most) + " voxels");
  }
}

void check_fossil_size(const PhantomOptions& options) {
  if (options.fossil_size_um == 0) {
    return;
  }
  const double plug_diameter = 0.94 * static_cast<double>(std::min(options.size.x, options.size.y));
  check_range("--fossil-size-um", options.fossil_size_um, 16 * options.spacing_um,
              0.6 * plug_diameter * options.spacing_um);
}

}  // namespace

void PhantomOptions::check() const {
  check_axis('x', size.x, 32);
  check_axis('y', size.y, 32);
  check_axis('z', size.z, 1);
  if (!std::isfinite(spacing_um) || spacing_um <= 0) {
    throw option_error("--spacing-um",
                       "is " + format_number(spacing_um) + "; expected a length above 0, as 0.71");
  }
  check_range("--fossils", static_cast<double>(fossils), 0, 100000);
  check_fossil_size(*this);
  check_range("--noise", noise, 0, 1);
  check_range("--contrast", contrast, 0, 2);
  check_range("--rings", rings, 0, 1);
  check_range("--cupping", cupping, 0, 0.9);
  if (infill != "empty" && infill != "filled" && infill != "mixed") {
    throw option_error("--infill", "is '" + infill + "'; expected empty, filled or mixed");
  }
  check_range("--threads", threads, 1, 4096);
}

}  // namespace fossilct
