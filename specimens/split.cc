// SPDX-License-Identifier: Apache-2.0
#include "specimens/split.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "filters/closing.h"
#include "filters/distance_transform.h"
#include "filters/watershed.h"
#include "specimens/split_seams.h"

namespace fossilct {

namespace {

// The constants below were chosen on phantoms (docs/decisions/020-splitting.md).
constexpr double closing_share = 0.15;  // of half the narrowest side of the box
constexpr double hollow_gain = 1.25;
// A body that fills so much of its box is not hollow, and need not be closed to find out.
constexpr double solid_share_of_box = 0.45;
constexpr double least_rise_voxels = 0.5;
constexpr double least_rise_of_depth = 0.03;
constexpr double widest_neck = 0.42;
constexpr double widest_closed_neck = 0.6;
constexpr double smallest_share = 0.03;

constexpr double pi = 3.14159265358979323846;

using Mask = Volume<std::uint8_t>;

Mask with_rim(const VolumeView<const std::uint8_t>& mask) {
  const Size3& size = mask.size();
  Mask wide({size.x + 2, size.y + 2, size.z + 2});
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::transform(mask.row(y, z), mask.row(y, z) + size.x, wide.view().row(y + 1, z + 1) + 1,
                     [](std::uint8_t value) { return value != 0 ? 1 : 0; });
    }
  }
  return wide;
}

double voxels_of(const Mask& mask) {
  const std::int64_t count = voxel_count(mask.size());
  return static_cast<double>(std::count(mask.data(), mask.data() + count, std::uint8_t{1}));
}

Vector3 sides_of(const Mask& mask_with_rim, const Vector3& spacing_um) {
  const auto side = [](std::int64_t voxels, double spacing) {
    return static_cast<double>(voxels - 2) * spacing;
  };
  const Size3& size = mask_with_rim.size();
  return {side(size.x, spacing_um.x), side(size.y, spacing_um.y), side(size.z, spacing_um.z)};
}

struct SolidBody {
  Mask mask;
  bool closed = false;
};

SolidBody solid_body(const Mask& mask, const Vector3& spacing_um) {
  Mask filled = holes_filled(mask.view());
  const double voxels = voxels_of(filled);
  const Vector3 sides_um = sides_of(mask, spacing_um);
  const double box_um3 = sides_um.x * sides_um.y * sides_um.z;
  if (voxels * spacing_um.x * spacing_um.y * spacing_um.z >= solid_share_of_box * box_um3) {
    return {std::move(filled), false};
  }
  const double radius_um = closing_share / 2 * std::min({sides_um.x, sides_um.y, sides_um.z});
  Mask closed = sealed_by_ball(filled.view(), spacing_um, radius_um);
  return voxels_of(closed) >= hollow_gain * voxels ? SolidBody{std::move(closed), true}
                                                   : SolidBody{std::move(filled), false};
}

Volume<float> depth_um_of(const Mask& body, const Vector3& spacing_um) {
  Volume<float> depth = squared_distance_transform(
      body.view(), {.to = DistanceTo::background, .spacing = spacing_um});
  std::transform(depth.data(), depth.data() + voxel_count(depth.size()), depth.data(),
                 [](float square) { return std::sqrt(square); });
  return depth;
}

std::vector<Index3> peaks_of(const Volume<float>& depth_um, const Vector3& spacing_um,
                             Connectivity connectivity) {
  const double greatest_um =
      *std::max_element(depth_um.data(), depth_um.data() + voxel_count(depth_um.size()));
  const double edge_um = std::cbrt(spacing_um.x * spacing_um.y * spacing_um.z);
  const double rise_um = std::max(least_rise_voxels * edge_um, least_rise_of_depth * greatest_um);
  return peaks_that_stand_out(depth_um.view(), rise_um, connectivity);
}

// Each of what a seam must have, as a share of what it must be at least.
class SeamStrength {
 public:
  SeamStrength(const SplitOptions& options, const Vector3& spacing_um, bool closed)
      : options_(options),
        voxel_um3_(spacing_um.x * spacing_um.y * spacing_um.z),
        widest_neck_(closed ? widest_closed_neck : widest_neck) {}

  double operator()(const Seam& seam, const Basin& a, const Basin& b) const {
    const double fall = 1 - seam.saddle_um / std::min(a.peak_um, b.peak_um);
    const double narrowing = fall / options_.depth;
    if (options_.mode == SplitMode::always) {
      return narrowing;
    }
    const auto smaller = static_cast<double>(std::min(a.voxels, b.voxels));
    const auto larger = static_cast<double>(std::max(a.voxels, b.voxels));
    return std::min({narrowing, neck(seam, smaller), smaller / larger / smallest_share});
  }

 private:
  double neck(const Seam& seam, double smaller_voxels) const {
    const double neck_um = std::sqrt(seam.area() / pi);
    const double radius_um = std::cbrt(smaller_voxels * voxel_um3_ * 3 / (4 * pi));
    return neck_um > 0 ? widest_neck_ * radius_um / neck_um
                       : std::numeric_limits<double>::infinity();
  }

  const SplitOptions& options_;
  double voxel_um3_;
  double widest_neck_;
};

// Numbers the mask's voxels by part_of(x, y, z), which is above 0, in raster order.
template <typename PartOf>
BodyParts numbered(const VolumeView<const std::uint8_t>& mask, std::size_t most, PartOf&& part_of) {
  const Size3& size = mask.size();
  BodyParts result{Volume<std::uint32_t>(size), 0};
  std::vector<std::uint32_t> number(most + 1);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        if (mask(x, y, z) != 0) {
          std::uint32_t& of_part = number[part_of(x, y, z)];
          of_part = of_part == 0 ? static_cast<std::uint32_t>(++result.count) : of_part;
          result.parts(x, y, z) = of_part;
        }
      }
    }
  }
  return result;
}

BodyParts one_part(const VolumeView<const std::uint8_t>& mask) {
  return numbered(mask, 1, [](auto...) { return std::size_t{1}; });
}

}  // namespace

std::string_view name_of(SplitMode mode) {
  constexpr std::array<std::string_view, 3> names = {"none", "auto", "always"};
  return names[static_cast<std::size_t>(mode)];
}

std::optional<SplitMode> split_mode_from_name(std::string_view name) {
  for (const SplitMode mode : {SplitMode::none, SplitMode::automatic, SplitMode::always}) {
    if (name == name_of(mode)) {
      return mode;
    }
  }
  return std::nullopt;
}

void SplitOptions::check() const {
  if (!(depth >= 0.05 && depth <= 0.95)) {
    throw option_error("--split-depth", format_number(depth) + " is not from 0.05 to 0.95");
  }
}

BodyParts split_body(const VolumeView<const std::uint8_t>& mask, const Vector3& spacing_um,
                     const SplitOptions& options) {
  options.check();
  assert(spacing_um.x > 0 && spacing_um.y > 0 && spacing_um.z > 0);
  if (options.mode == SplitMode::none) {
    return one_part(mask);
  }
  const SolidBody body = solid_body(with_rim(mask), spacing_um);
  const Volume<float> depth_um = depth_um_of(body.mask, spacing_um);
  const std::vector<Index3> peaks = peaks_of(depth_um, spacing_um, options.connectivity);
  if (peaks.size() < 2) {
    return one_part(mask);
  }
  const Volume<std::uint32_t> basins = watershed(depth_um.view(), peaks, options.connectivity);
  const std::vector<std::uint32_t> part =
      SeamGraph(basins.view(), depth_um.view(), spacing_um, peaks.size())
          .unite_across_weak(SeamStrength(options, spacing_um, body.closed));
  return numbered(mask, peaks.size(), [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return part[basins(x + 1, y + 1, z + 1)];
  });
}

}  // namespace fossilct
