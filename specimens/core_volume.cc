// SPDX-License-Identifier: Apache-2.0
#include "specimens/core_volume.h"

#include <algorithm>
#include <utility>

#include "filters/components.h"
#include "filters/intensity_scale.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_coarse_voxels = 256;
constexpr double least_air_share = 0.01;

std::int64_t coarse_factor(const Size3& size) {
  std::int64_t factor = 1;
  while (std::max({size.x, size.y, size.z}) / factor > most_coarse_voxels) {
    factor *= 2;
  }
  return factor;
}

Volume<std::uint8_t> below(VolumeSource& scan, double threshold, Progress& progress) {
  const Size3& size = scan.grid().size;
  Volume<std::uint8_t> dark(size);
  progress.begin("core volume", size.z, WorkUnit::slices);
  const std::int64_t depth = slices_at_once(scan);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + depth));
    const AnyVolume grey = scan.read(box);
    const float* from = grey.view().as<float>().data();
    std::uint8_t* to = dark.view().row(0, z);
    const std::int64_t count = voxel_count(box.size());
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = static_cast<double>(from[i]) < threshold ? 1 : 0;
    }
    progress.advance(box.size().z);
  }
  progress.end();
  return dark;
}

bool touches_side(const Component& c, const Size3& size) {
  return c.box.begin.x == 0 || c.box.begin.y == 0 || c.box.end.x == size.x || c.box.end.y == size.y;
}

}  // namespace

CoreVolume measure_core(std::unique_ptr<VolumeSource> scan, Progress& progress) {
  const Grid grid = scan->grid();
  const double all = static_cast<double>(voxel_count(grid.size)) * grid.voxel_volume();
  CoreVolume result;
  result.volume = all;
  const IntensityScale scale = intensity_scale(*scan, progress);
  if (!scale.without_air) {
    return result;
  }
  result.air_grey = scale.air;
  const auto coarse =
      downsample(convert(std::move(scan), PixelType::f32, std::nullopt), coarse_factor(grid.size));
  const Volume<std::uint8_t> dark = below(*coarse, scale.air_threshold, progress);
  ComponentOptions options;
  options.connectivity = Connectivity::faces;
  const auto cells = static_cast<double>(voxel_count(dark.size()));
  double air = 0;
  for (const Component& c : label_components(dark.view(), options).components) {
    const auto voxels = static_cast<double>(c.voxels);
    air += touches_side(c, dark.size()) && voxels >= least_air_share * cells ? voxels : 0;
  }
  result.has_air = air > 0;
  result.air_threshold = result.has_air ? scale.air_threshold : 0;
  result.share = 1 - air / cells;
  result.volume = all * result.share;
  return result;
}

}  // namespace fossilct
