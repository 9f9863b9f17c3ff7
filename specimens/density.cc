// SPDX-License-Identifier: Apache-2.0
#include "specimens/density.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <string>

#include "base/error.h"

namespace fossilct {
namespace {

constexpr double um3_per_cm3 = 1e12;

void check(const DensityOptions& options) {
  if (!(options.rock_fraction > 0 && options.rock_fraction <= 1)) {
    throw Error(ErrorKind::option, "density: the rock's share of the scan is " +
                                       std::to_string(options.rock_fraction) +
                                       "; give a number above 0 and up to 1");
  }
  if (!(options.level > 0 && options.level < 1)) {
    throw Error(ErrorKind::option, "density: the level of the interval is " +
                                       std::to_string(options.level) +
                                       "; give a number between 0 and 1, as 0.95");
  }
}

double places(std::int64_t voxels, std::int64_t edge) {
  return static_cast<double>(std::max<std::int64_t>(voxels - 1 - edge, 1));
}

// In voxels: where the first corner of a box of this size may lie, so that it is whole.
double room_for(const Size3& box, const Size3& scan) {
  return places(scan.x, box.x) * places(scan.y, box.y) * places(scan.z, box.z);
}

}  // namespace

PoissonInterval poisson_interval(double count, double level) {
  const double tail = (1 - level) / 2;
  const auto half_quantile = [](double degrees, double probability) {
    return 0.5 * boost::math::quantile(boost::math::chi_squared(degrees), probability);
  };
  return {count > 0 ? half_quantile(2 * count, tail) : 0, half_quantile(2 * count + 2, 1 - tail)};
}

Density density(std::span<const CountedBody> bodies, const Grid& scan,
                const DensityOptions& options) {
  check(options);
  const double rock_per_voxel = scan.voxel_volume() * options.rock_fraction;
  Density result;
  double sum = 0;
  double squares = 0;
  for (const CountedBody& body : bodies) {
    if (body.truncated) {
      ++result.left_out;
      continue;
    }
    ++result.counted;
    const double weight = 1 / (room_for(body.box.size(), scan.size) * rock_per_voxel);
    sum += weight;
    squares += weight * weight;
  }
  const bool any = result.counted > 0;
  result.effective_count = any ? sum * sum / squares : 0;
  result.frame_volume = any ? static_cast<double>(result.counted) / sum
                            : room_for({1, 1, 1}, scan.size) * rock_per_voxel;
  const PoissonInterval counts = poisson_interval(result.effective_count, options.level);
  const double unit = scan.spacing_known ? um3_per_cm3 : 1;
  const double per_count = any ? squares / sum : 1 / result.frame_volume;
  result.value = sum * unit;
  result.low = counts.low * per_count * unit;
  result.high = counts.high * per_count * unit;
  result.level = options.level;
  result.per_cm3 = scan.spacing_known;
  return result;
}

}  // namespace fossilct
