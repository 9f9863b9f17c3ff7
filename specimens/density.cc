// SPDX-License-Identifier: Apache-2.0
#include "specimens/density.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <string>

#include "base/error.h"

namespace fossilct {
namespace {

constexpr double um3_per_cm3 = 1e12;

void check(const DensityOptions& options) {
  if (!(options.rock_volume > 0)) {
    throw Error(ErrorKind::option, "density: the volume of the rock is " +
                                       std::to_string(options.rock_volume) +
                                       "; give a number above 0");
  }
  if (!(options.level > 0 && options.level < 1)) {
    throw Error(ErrorKind::option, "density: the level of the interval is " +
                                       std::to_string(options.level) +
                                       "; give a number between 0 and 1, as 0.95");
  }
}

}  // namespace

PoissonInterval poisson_interval(double count, double level) {
  const double tail = (1 - level) / 2;
  const auto half_quantile = [](double degrees, double probability) {
    return 0.5 * boost::math::quantile(boost::math::chi_squared(degrees), probability);
  };
  return {count > 0 ? half_quantile(2 * count, tail) : 0, half_quantile(2 * count + 2, 1 - tail)};
}

Measurement counting_volume(const Box& box, const Grid& scan, RockRegion& rock) {
  const std::string name(counting_volume_kind.name);
  if (!rock.holds(box)) {
    return {name, std::nullopt, "cut by the border or the core's surface, or too near"};
  }
  return {name, rock.places(box.size()) * scan.voxel_volume(), ""};
}

Density density(std::span<const std::optional<double>> counting_volumes,
                const DensityOptions& options) {
  check(options);
  Density result;
  double sum = 0;
  double squares = 0;
  for (const std::optional<double>& volume : counting_volumes) {
    if (!volume) {
      ++result.left_out;
      continue;
    }
    ++result.counted;
    sum += 1 / *volume;
    squares += 1 / (*volume * *volume);
  }
  const bool any = result.counted > 0;
  result.effective_count = any ? sum * sum / squares : 0;
  result.frame_volume = any ? static_cast<double>(result.counted) / sum : options.rock_volume;
  const PoissonInterval counts = poisson_interval(result.effective_count, options.level);
  const double unit = options.per_cm3 ? um3_per_cm3 : 1;
  const double per_count = any ? squares / sum : 1 / result.frame_volume;
  result.value = sum * unit;
  result.low = counts.low * per_count * unit;
  result.high = counts.high * per_count * unit;
  result.level = options.level;
  result.per_cm3 = options.per_cm3;
  return result;
}

}  // namespace fossilct
