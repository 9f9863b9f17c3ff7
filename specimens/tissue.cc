// SPDX-License-Identifier: Apache-2.0
#include "specimens/tissue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "filters/components.h"
#include "filters/distance_transform.h"
#include "specimens/anatomy.h"

namespace fossilct {

namespace {

// Air is what is nearer to air than this share of the way to the wall: cement is a little darker
// than calcite, never that much.
constexpr double air_share = 0.4;
constexpr double least_share = 0.02;  // of the body, for a level to be one
// Layers of at most this radius between wall and air are the blur of the edge, not cement.
constexpr double blur_voxels = 1.8;
constexpr std::int64_t least_piece_voxels = 8;  // smaller pieces of wall or lumen are noise

double quantile(std::vector<float>& values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

// The voxels of a body with all six neighbours in the volume.
template <typename Visit>
void for_each_inner_voxel(const VolumeView<const std::uint8_t>& body, Visit&& visit) {
  const Size3& size = body.size();
  for (std::int64_t z = 1; z < size.z - 1; ++z) {
    for (std::int64_t y = 1; y < size.y - 1; ++y) {
      const std::int64_t row = (z * size.y + y) * size.x;
      for (std::int64_t x = 1; x < size.x - 1; ++x) {
        if (body.data()[row + x] != 0) {
          visit(row + x);
        }
      }
    }
  }
}

std::array<std::int64_t, 6> face_steps(const Size3& size) {
  return {-1, 1, -size.x, size.x, -size.x * size.y, size.x * size.y};
}

// How many voxels deep under the surface, up to 4; the scan's border is no surface.
Volume<float> squared_depth(const VolumeView<const std::uint8_t>& body) {
  return squared_distance_transform(body, {.to = DistanceTo::background, .limit = 4});
}

// From the differences of neighbours, of which the smaller quarter is left by edges and texture.
double noise_of(const VolumeView<const std::uint8_t>& body, const float* grey) {
  std::vector<float> differences;
  for_each_inner_voxel(body, [&](std::int64_t i) {
    const float difference = std::abs(grey[i] - grey[i + 1]);
    if (body.data()[i + 1] != 0 && std::isfinite(difference)) {
      differences.push_back(difference);
    }
  });
  // A quarter of the differences of normal values are within 0.319 of their deviation, which is
  // sqrt(2) times that of the values.
  return differences.empty() ? 0 : quantile(differences, 0.25) / (0.319 * std::sqrt(2.0));
}

// What lies flat (no edge near): means over a voxel and its six neighbours.
std::vector<float> flat_means(const VolumeView<const std::uint8_t>& body, const float* grey,
                              double noise) {
  std::vector<float> means;
  const auto steps = face_steps(body.size());
  for_each_inner_voxel(body, [&](std::int64_t i) {
    float least = grey[i], most = grey[i], sum = grey[i];
    bool inside = true;
    for (const std::int64_t step : steps) {
      inside = inside && body.data()[i + step] != 0;
      least = std::min(least, grey[i + step]);
      most = std::max(most, grey[i + step]);
      sum += grey[i + step];
    }
    if (inside && std::isfinite(sum) && most - least <= 4.5 * noise) {
      means.push_back(sum / 7);
    }
  });
  return means;
}

std::vector<float> finite_values(const VolumeView<const float>& grey, std::int64_t step) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < voxel_count(grey.size()); i += step) {
    if (std::isfinite(grey.data()[i])) {
      values.push_back(grey.data()[i]);
    }
  }
  return values;
}

// What is cement by its thickness: layers of middling grey that hold a ball.
Volume<std::uint8_t> thick_layers(const VolumeView<const std::uint8_t>& middling) {
  constexpr auto square = static_cast<float>(blur_voxels * blur_voxels);
  const std::int64_t count = voxel_count(middling.size());
  Volume<float> squares = squared_distance_transform(
      middling, {.to = DistanceTo::background, .limit = 1.1 * blur_voxels});
  Volume<std::uint8_t> mask(middling.size());
  std::transform(squares.data(), squares.data() + count, mask.data(),
                 [](float s) { return s > square ? 1 : 0; });
  squares =
      squared_distance_transform(mask.view(), {.to = DistanceTo::mask, .limit = 1.1 * blur_voxels});
  std::transform(squares.data(), squares.data() + count, mask.data(),
                 [](float s) { return s <= square ? 1 : 0; });
  return mask;
}

double cement_wall_threshold(const GreyLevels& levels) {
  return (levels.cement.value_or(levels.wall) + levels.wall) / 2;
}

Volume<std::uint8_t> middling_mask(const VolumeView<const std::uint8_t>& body,
                                   const VolumeView<const float>& grey, const GreyLevels& levels) {
  const double cement_wall = cement_wall_threshold(levels);
  Volume<std::uint8_t> mask(body.size());
  for (std::int64_t i = 0; i < voxel_count(body.size()); ++i) {
    const float v = grey.data()[i];
    mask.data()[i] = body.data()[i] != 0 && v >= levels.air_below && v < cement_wall;
  }
  return mask;
}

std::size_t thick_cement(const VolumeView<const std::uint8_t>& body,
                         const VolumeView<const float>& grey, const GreyLevels& levels) {
  const Volume<std::uint8_t> thick = thick_layers(middling_mask(body, grey, levels).view());
  return static_cast<std::size_t>(
      std::count(thick.data(), thick.data() + voxel_count(thick.size()), std::uint8_t{1}));
}

// Pieces too small to be anything go over to what is around them.
void drop_specks(Volume<std::uint8_t>& tissue) {
  const LabelledVolume pieces =
      label_components(tissue.view(), {.connectivity = Connectivity::faces});
  for (std::int64_t i = 0; i < voxel_count(tissue.size()); ++i) {
    const std::uint32_t id = pieces.ids.data()[i];
    if (id != 0 && pieces.components[id - 1].voxels < least_piece_voxels) {
      tissue.data()[i] = tissue_wall + tissue_lumen - tissue.data()[i];
    }
  }
}

}  // namespace

std::optional<double> GreyLevels::contrast_to_noise() const {
  if (!air && !cement) {
    return std::nullopt;
  }
  return (wall - cement.value_or(air.value_or(0))) / std::max(noise, 1e-9 * std::abs(wall) + 1e-30);
}

std::optional<GreyLevels> grey_levels(const VolumeView<const std::uint8_t>& body,
                                      const VolumeView<const float>& grey,
                                      std::optional<double> air_grey,
                                      double least_contrast_to_noise) {
  const Volume<float> depth = squared_depth(body);
  std::vector<float> shell, inside;
  for (std::int64_t i = 0; i < voxel_count(body.size()); ++i) {
    if (depth.data()[i] > 1 && std::isfinite(grey.data()[i])) {
      inside.push_back(grey.data()[i]);
      if (depth.data()[i] <= 5) {
        shell.push_back(grey.data()[i]);
      }
    }
  }
  if (shell.empty()) {
    return std::nullopt;
  }
  GreyLevels levels;
  levels.noise = noise_of(body, grey.data());
  // Well above the middle: the blur darkens thin walls, and seals of apertures are none.
  levels.wall = quantile(shell, 0.8);
  std::vector<float> all = finite_values(grey, 7);
  const double air = air_grey ? *air_grey : all.empty() ? levels.wall : quantile(all, 0.01);
  levels.air_below = air + air_share * (levels.wall - air);
  const double darkest_wall = levels.wall - least_contrast_to_noise * levels.noise;
  const auto fewest = std::max<std::size_t>(
      8, static_cast<std::size_t>(least_share * static_cast<double>(inside.size())));
  std::vector<float> dark, middling;
  std::copy_if(inside.begin(), inside.end(), std::back_inserter(dark),
               [&](float v) { return v < levels.air_below && v < darkest_wall; });
  for (const float mean : flat_means(body, grey.data(), levels.noise)) {
    if (mean >= levels.air_below &&
        mean < levels.wall - 0.6 * least_contrast_to_noise * levels.noise) {
      middling.push_back(mean);
    }
  }
  if (dark.size() >= fewest) {
    levels.air = quantile(dark, 0.4);
  }
  if (middling.size() >= 2 * fewest && quantile(middling, 0.5) < darkest_wall) {
    levels.cement = quantile(middling, 0.5);
  }
  if (levels.air && levels.cement && thick_cement(body, grey, levels) < fewest) {
    levels.cement.reset();  // narrow hollows, which the blur brightens
  }
  return levels;
}

Volume<std::uint8_t> tissue_by_grey(const VolumeView<const std::uint8_t>& body,
                                    const VolumeView<const float>& grey, const GreyLevels& levels) {
  const Size3& size = body.size();
  const std::int64_t count = voxel_count(size);
  const double air_wall = (levels.air.value_or(levels.wall) + levels.wall) / 2;
  const double cement_wall = cement_wall_threshold(levels);
  const bool both = levels.air && levels.cement;
  Volume<float> air_squares;
  Volume<std::uint8_t> thick;
  if (both) {
    Volume<std::uint8_t> air(size);
    for (std::int64_t i = 0; i < count; ++i) {
      air.data()[i] = body.data()[i] != 0 && grey.data()[i] < levels.air_below;
    }
    air_squares = squared_distance_transform(air.view(), {.to = DistanceTo::mask, .limit = 3});
    thick = thick_layers(middling_mask(body, grey, levels).view());
  }
  const Volume<float> depth = squared_depth(body);
  Volume<std::uint8_t> tissue(size);
  for (std::int64_t i = 0; i < count; ++i) {
    if (body.data()[i] == 0) {
      continue;
    }
    const bool at_air =
        !levels.cement || (both && air_squares.data()[i] <= 6 && thick.data()[i] == 0);
    const bool at_surface = depth.data()[i] <= 1;
    const double threshold = at_surface ? levels.air_below : at_air ? air_wall : cement_wall;
    tissue.data()[i] = grey.data()[i] < threshold ? tissue_lumen : tissue_wall;
  }
  drop_specks(tissue);
  return tissue;
}

}  // namespace fossilct
