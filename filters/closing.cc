// SPDX-License-Identifier: Apache-2.0
#include "filters/closing.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "filters/components.h"
#include "filters/distance_transform.h"

namespace fossilct {

namespace {

constexpr double least_limit = 1e-6;  // a distance transform wants one above 0

Size3 rim_around(const Vector3& spacing, double radius) {
  const auto voxels = [radius](double step) {
    return static_cast<std::int64_t>(std::floor(radius / step)) + 1;
  };
  return {voxels(spacing.x), voxels(spacing.y), voxels(spacing.z)};
}

// 1 where the distance is at most (or, for background, beyond) the radius.
Volume<std::uint8_t> within(const Volume<float>& squared_distances, double radius, bool inside) {
  const auto most = static_cast<float>(radius * radius);
  auto mask = Volume<std::uint8_t>::uninitialised(squared_distances.size());
  std::transform(squared_distances.data(),
                 squared_distances.data() + voxel_count(squared_distances.size()), mask.data(),
                 [&](float squared) { return (squared <= most) == inside ? 1 : 0; });
  return mask;
}

Volume<std::uint8_t> with_rim(const VolumeView<const std::uint8_t>& mask, const Size3& rim) {
  const Size3& size = mask.size();
  Volume<std::uint8_t> wide({size.x + 2 * rim.x, size.y + 2 * rim.y, size.z + 2 * rim.z});
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::copy_n(mask.row(y, z), size.x, wide.view().row(y + rim.y, z + rim.z) + rim.x);
    }
  }
  return wide;
}

Volume<std::uint8_t> copied(const VolumeView<const std::uint8_t>& mask) {
  Volume<std::uint8_t> copy = with_rim(mask, {0, 0, 0});
  std::transform(copy.data(), copy.data() + voxel_count(copy.size()), copy.data(),
                 [](std::uint8_t value) { return value != 0 ? 1 : 0; });
  return copy;
}

// `change` is done to the mask between its growing and its shrinking.
template <typename Change>
Volume<std::uint8_t> grown_and_shrunk(const VolumeView<const std::uint8_t>& mask,
                                      const Vector3& spacing, double radius, int threads,
                                      Change&& change) {
  assert(radius >= 0 && spacing.x > 0 && spacing.y > 0 && spacing.z > 0);
  const Size3 rim = rim_around(spacing, radius);
  // The limit is beyond the radius, to tell a distance of just the radius from larger ones.
  DistanceOptions options{.to = DistanceTo::mask,
                          .spacing = spacing,
                          .limit = 1.01 * std::max(radius, least_limit),
                          .threads = threads};
  const Volume<std::uint8_t> grown =
      change(within(squared_distance_transform(with_rim(mask, rim).view(), options), radius, true));
  options.to = DistanceTo::background;
  const Volume<std::uint8_t> shrunk =
      within(squared_distance_transform(grown.view(), options), radius, false);
  const Box middle{rim, {rim.x + mask.size().x, rim.y + mask.size().y, rim.z + mask.size().z}};
  return copied(shrunk.view().part(middle));
}

}  // namespace

Volume<std::uint8_t> closed_by_balls(const VolumeView<const std::uint8_t>& mask,
                                     const Vector3& spacing, double radius, int threads) {
  return grown_and_shrunk(mask, spacing, radius, threads,
                          [](Volume<std::uint8_t> grown) { return grown; });
}

Volume<std::uint8_t> sealed_by_ball(const VolumeView<const std::uint8_t>& mask,
                                    const Vector3& spacing, double radius, int threads) {
  return grown_and_shrunk(mask, spacing, radius, threads, [](const Volume<std::uint8_t>& grown) {
    return holes_filled(grown.view());
  });
}

Volume<std::uint8_t> holes_filled(const VolumeView<const std::uint8_t>& mask) {
  Volume<std::uint8_t> outside = copied(mask);
  const std::int64_t count = voxel_count(outside.size());
  std::transform(outside.data(), outside.data() + count, outside.data(),
                 [](std::uint8_t value) { return 1 - value; });
  const LabelledVolume found =
      label_components(outside.view(), {.connectivity = Connectivity::faces});
  std::transform(found.ids.data(), found.ids.data() + count, outside.data(), [&](std::uint32_t id) {
    return id == 0 || !found.components[id - 1].touches_border ? 1 : 0;
  });
  return outside;
}

}  // namespace fossilct
