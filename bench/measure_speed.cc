// SPDX-License-Identifier: Apache-2.0
// bench_measure [COUNT] [RADIUS]: shape and grey of COUNT (default 200) ellipsoids with axes of
// RADIUS (default 20), 0.9 and 0.8 of it, in crops with 5 voxels around; prints processor seconds.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "specimens/intensities.h"
#include "specimens/shape.h"

namespace {

using namespace fossilct;

BodyCrop ellipsoid(double radius) {
  const auto edge = 2 * static_cast<std::int64_t>(radius) + 11;
  BodyCrop crop;
  crop.grid.size = {edge, edge, edge};
  crop.mask = Volume<std::uint8_t>(crop.grid.size);
  crop.grey = Volume<float>(crop.grid.size);
  const double c = static_cast<double>(edge) / 2 - 0.37;
  for (std::int64_t z = 0; z < edge; ++z) {
    for (std::int64_t y = 0; y < edge; ++y) {
      for (std::int64_t x = 0; x < edge; ++x) {
        const double u = static_cast<double>(x) - c;
        const double v = (static_cast<double>(y) - c) / 0.9;
        const double w = (static_cast<double>(z) - c) / 0.8;
        crop.mask(x, y, z) = u * u + v * v + w * w < radius * radius;
        crop.grey(x, y, z) = static_cast<float>((x * 7 + y * 13 + z * 29) % 101);
      }
    }
  }
  return crop;
}

template <typename Call>
double seconds_of(int count, const Call& call) {
  const std::clock_t begin = std::clock();
  for (int i = 0; i < count; ++i) {
    call();
  }
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200;
  const BodyCrop crop = ellipsoid(argc > 2 ? std::atof(argv[2]) : 20);
  double sum = 0;
  const double shape = seconds_of(count, [&] { sum += measure_shape(crop).surface_area; });
  const double grey = seconds_of(count, [&] { sum += measure_intensities(crop).inside->mean; });
  const double mvoxels = static_cast<double>(voxel_count(crop.grid.size)) * count / 1e6;
  std::printf(
      "%d bodies, %.1f Mvoxel: shape %.3f s (%.1f ms/Mvoxel), grey %.3f s (%.1f ms/Mvoxel), "
      "10,000 bodies %.1f s  [%g]\n",
      count, mvoxels, shape, 1e3 * shape / mvoxels, grey, 1e3 * grey / mvoxels,
      (shape + grey) / count * 1e4, sum);
  return 0;
}
