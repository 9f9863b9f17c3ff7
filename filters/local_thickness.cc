// SPDX-License-Identifier: Apache-2.0
#include "filters/local_thickness.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "filters/distance_transform.h"

namespace fossilct {

namespace {

// Paints balls, the largest first, so that the first paint on a voxel is the one that stays.
class BallPainter {
 public:
  BallPainter(const Volume<float>& squared_radii, const Vector3& spacing)
      : squares_(squared_radii),
        size_(squared_radii.size()),
        spacing_(spacing),
        excess_(local_thickness_excess * std::cbrt(spacing.x * spacing.y * spacing.z)),
        owner_(static_cast<std::size_t>(voxel_count(size_)), none) {}

  Volume<float> paint() {
    for (const std::uint32_t centre : descending()) {
      if (!in_painted_ball(centre)) {
        paint_ball(centre);
      }
    }
    Volume<float> thickness(size_);
    for (std::size_t i = 0; i < owner_.size(); ++i) {
      if (owner_[i] != none) {
        const double diameter = 2 * std::sqrt(squares_.data()[owner_[i]]);
        thickness.data()[i] = static_cast<float>(diameter - excess_);
      }
    }
    return thickness;
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  Index3 index_of(std::uint32_t place) const {
    return {place % size_.x, place / size_.x % size_.y, place / (size_.x * size_.y)};
  }

  std::vector<std::uint32_t> descending() const {
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < owner_.size(); ++i) {
      if (squares_.data()[i] > 0) {
        order.push_back(static_cast<std::uint32_t>(i));
      }
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const float first = squares_.data()[a], second = squares_.data()[b];
      return first != second ? first > second : a < b;
    });
    return order;
  }

  // Whether the ball around `centre` lies within the one that painted its centre.
  bool in_painted_ball(std::uint32_t centre) const {
    const std::uint32_t owner = owner_[centre];
    if (owner == none) {
      return false;
    }
    const Index3 a = index_of(centre), b = index_of(owner);
    const double x = static_cast<double>(a.x - b.x) * spacing_.x;
    const double y = static_cast<double>(a.y - b.y) * spacing_.y;
    const double z = static_cast<double>(a.z - b.z) * spacing_.z;
    return std::sqrt(x * x + y * y + z * z) + std::sqrt(squares_.data()[centre]) <=
           std::sqrt(squares_.data()[owner]);
  }

  static std::int64_t reach(double square, double step) {
    return square <= 0 ? 0 : static_cast<std::int64_t>(std::sqrt(square) / step);
  }

  void paint_ball(std::uint32_t centre) {
    const Index3 at = index_of(centre);
    // Voxels at exactly the radius are outside the mask.
    const double square = squares_.data()[centre] * (1 - 1e-6);
    const std::int64_t deep = reach(square, spacing_.z);
    for (std::int64_t z = std::max<std::int64_t>(0, at.z - deep);
         z <= std::min(size_.z - 1, at.z + deep); ++z) {
      const double dz = static_cast<double>(z - at.z) * spacing_.z;
      const double in_slice = square - dz * dz;
      const std::int64_t high = reach(in_slice, spacing_.y);
      for (std::int64_t y = std::max<std::int64_t>(0, at.y - high);
           y <= std::min(size_.y - 1, at.y + high); ++y) {
        const double dy = static_cast<double>(y - at.y) * spacing_.y;
        paint_row(centre, at.x, reach(in_slice - dy * dy, spacing_.x), (z * size_.y + y) * size_.x);
      }
    }
  }

  void paint_row(std::uint32_t centre, std::int64_t x, std::int64_t wide, std::int64_t row) {
    const std::int64_t end = std::min(size_.x - 1, x + wide);
    for (std::int64_t i = std::max<std::int64_t>(0, x - wide); i <= end; ++i) {
      std::uint32_t& owner = owner_[static_cast<std::size_t>(row + i)];
      owner = owner == none ? centre : owner;
    }
  }

  const Volume<float>& squares_;
  Size3 size_;
  Vector3 spacing_;
  double excess_;
  std::vector<std::uint32_t> owner_;
};

}  // namespace

Volume<float> local_thickness(const VolumeView<const std::uint8_t>& mask, const Vector3& spacing) {
  assert(voxel_count(mask.size()) < std::numeric_limits<std::uint32_t>::max());
  const double widest = std::hypot(static_cast<double>(mask.size().x) * spacing.x,
                                   static_cast<double>(mask.size().y) * spacing.y,
                                   static_cast<double>(mask.size().z) * spacing.z);
  const Volume<float> squares = squared_distance_transform(
      mask, {.to = DistanceTo::background, .spacing = spacing, .limit = widest});
  return BallPainter(squares, spacing).paint();
}

}  // namespace fossilct
