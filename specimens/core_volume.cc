// SPDX-License-Identifier: Apache-2.0
#include "specimens/core_volume.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "filters/closing.h"
#include "filters/components.h"
#include "filters/intensity_scale.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

constexpr std::int64_t most_coarse_voxels = 256;
constexpr double least_air_share = 0.01;
constexpr std::int64_t widest_a_mouth_radius = 32;  // width of the scan over that of a pore's mouth

std::int64_t coarse_factor(const Size3& size) {
  std::int64_t factor = 1;
  while (std::max({size.x, size.y, size.z}) / factor > most_coarse_voxels) {
    factor *= 2;
  }
  return factor;
}

constexpr std::uint8_t dark = 1;
constexpr std::uint8_t not_finite = 2;

// What is below the threshold, and what has no value; 0 for all else.
Volume<std::uint8_t> no_rock(VolumeSource& scan, double threshold, Progress& progress) {
  const Size3& size = scan.grid().size;
  Volume<std::uint8_t> result(size);
  progress.begin("core volume", size.z, WorkUnit::slices);
  const std::int64_t depth = slices_at_once(scan);
  for (std::int64_t z = 0; z < size.z; z += depth) {
    progress.check();
    const Box box = slab(size, z, std::min(size.z, z + depth));
    const AnyVolume grey = scan.read(box);
    const float* from = grey.view().as<float>().data();
    std::transform(from, from + voxel_count(box.size()), result.view().row(0, z), [&](float value) {
      return !std::isfinite(value)                    ? not_finite
             : static_cast<double>(value) < threshold ? dark
                                                      : std::uint8_t{0};
    });
    progress.advance(box.size().z);
  }
  progress.end();
  return result;
}

bool touches_side(const Component& c, const Size3& size) {
  return c.box.begin.x == 0 || c.box.begin.y == 0 || c.box.end.x == size.x || c.box.end.y == size.y;
}

// Turns what is no rock by itself into the core: all but the air around it.
void leave_pores(Volume<std::uint8_t>& cells) {
  const std::int64_t widest = std::max(cells.size().x, cells.size().y);
  const std::int64_t radius = std::max<std::int64_t>(1, widest / widest_a_mouth_radius);
  const auto turn = [](Volume<std::uint8_t>& mask) {
    std::transform(mask.data(), mask.data() + voxel_count(mask.size()), mask.data(),
                   [](std::uint8_t value) { return std::uint8_t{value == 0}; });
  };
  Volume<std::uint8_t> air = cells.clone();
  turn(air);
  air = closed_by_balls(air.view(), {1, 1, 1}, static_cast<double>(radius));
  turn(air);
  ComponentOptions options;
  options.connectivity = Connectivity::faces;
  const LabelledVolume found = label_components(air.view(), options);
  const std::int64_t count = voxel_count(cells.size());
  const double least = least_air_share * static_cast<double>(count);
  std::vector<std::uint8_t> is_air(found.components.size() + 1, 0);
  for (std::size_t i = 0; i < found.components.size(); ++i) {
    const Component& c = found.components[i];
    is_air[i + 1] = touches_side(c, cells.size()) && static_cast<double>(c.voxels) >= least;
  }
  std::transform(cells.data(), cells.data() + count, found.ids.data(), cells.data(),
                 [&is_air](std::uint8_t cell, std::uint32_t id) {
                   return std::uint8_t{cell != not_finite && is_air[id] == 0};
                 });
}

}  // namespace

CoreVolume measure_core(std::unique_ptr<VolumeSource> scan, Progress& progress) {
  const Grid grid = scan->grid();
  CoreVolume result;
  result.volume = static_cast<double>(voxel_count(grid.size)) * grid.voxel_volume();
  const IntensityScale scale = intensity_scale(*scan, progress);
  if (scale.without_air) {
    result.air_grey = scale.air;
  } else if (is_integer(scan->type())) {
    return result;
  }
  const auto coarse =
      downsample(convert(std::move(scan), PixelType::f32, std::nullopt), coarse_factor(grid.size));
  const double threshold =
      scale.without_air ? scale.air_threshold : -std::numeric_limits<double>::infinity();
  Volume<std::uint8_t> cells = no_rock(*coarse, threshold, progress);
  const auto share_of = [&cells](std::uint8_t value) {
    const std::int64_t count = voxel_count(cells.size());
    return static_cast<double>(std::count(cells.data(), cells.data() + count, value)) /
           static_cast<double>(count);
  };
  result.share_not_finite = share_of(not_finite);
  leave_pores(cells);
  result.share = share_of(1);
  result.volume *= result.share;
  result.has_air = result.share < 1;
  if (result.has_air) {
    result.air_threshold = scale.without_air ? scale.air_threshold : 0;
    result.rock = std::move(cells);
  }
  return result;
}

}  // namespace fossilct
