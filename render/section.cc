// SPDX-License-Identifier: Apache-2.0
#include "render/section.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "render/vector_math.h"

namespace fossilct {
namespace {

// A place between eight voxels.
struct Between {
  Index3 low;
  Vector3 share;  // of the upper voxel along each axis, 0 to 1
};

// Nothing where the place is farther than half a voxel outside.
std::optional<Between> between(const Size3& size, const Vector3& index) {
  const auto along = [](double place, std::int64_t count, std::int64_t& low, double& share) {
    if (place < -0.5 || place > static_cast<double>(count) - 0.5) {
      return false;
    }
    const double inside = std::clamp(place, 0.0, static_cast<double>(count - 1));
    low = std::min(static_cast<std::int64_t>(inside), std::max<std::int64_t>(count - 2, 0));
    share = inside - static_cast<double>(low);
    return true;
  };
  Between result;
  if (along(index.x, size.x, result.low.x, result.share.x) &&
      along(index.y, size.y, result.low.y, result.share.y) &&
      along(index.z, size.z, result.low.z, result.share.z)) {
    return result;
  }
  return std::nullopt;
}

// value(x, y, z) of the eight voxels, weighted.
template <typename F>
double interpolated(const Size3& size, const Between& at, F&& value) {
  double sum = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const int dx = corner & 1;
    const int dy = corner >> 1 & 1;
    const int dz = corner >> 2;
    const double weight = (dx != 0 ? at.share.x : 1 - at.share.x) *
                          (dy != 0 ? at.share.y : 1 - at.share.y) *
                          (dz != 0 ? at.share.z : 1 - at.share.z);
    if (weight > 0) {  // a voxel without weight may be NaN, or lie beyond a volume one voxel thick
      sum +=
          weight * value(std::min(at.low.x + dx, size.x - 1), std::min(at.low.y + dy, size.y - 1),
                         std::min(at.low.z + dz, size.z - 1));
    }
  }
  return sum;
}

// One section on its way: how much of each pixel's place is body, and its grey level 0 to 255.
struct Samples {
  std::int64_t edge = 0;
  std::vector<float> body;  // -1 beyond the crop
  std::vector<float> grey;

  bool known(std::int64_t x, std::int64_t y) const {
    return body[static_cast<std::size_t>(y * edge + x)] >= 0;
  }
  float body_at(std::int64_t x, std::int64_t y) const {  // 0 beyond the crop
    return std::max(0.0F,
                    body[static_cast<std::size_t>(std::clamp<std::int64_t>(y, 0, edge - 1) * edge +
                                                  std::clamp<std::int64_t>(x, 0, edge - 1))]);
  }
};

double grey_level(double intensity, const GreyWindow& window) {
  const double width = std::max(window.high - window.low, 1e-30);
  return std::isfinite(intensity) ? 255 * std::clamp((intensity - window.low) / width, 0.0, 1.0)
                                  : 0;
}

Samples sample(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window) {
  const std::int64_t edge = view.edge_pixels;
  Samples samples{edge, std::vector<float>(static_cast<std::size_t>(edge * edge), -1),
                  std::vector<float>(static_cast<std::size_t>(edge * edge), 0)};
  const Size3 size = crop.mask.size();
  const Vector3 right = row_of(view.pose.view_from_scan, 0);
  const Vector3 up = row_of(view.pose.view_from_scan, 1);
  const bool has_grey = voxel_count(crop.grey.size()) > 0;
  const double half = static_cast<double>(edge - 1) / 2;
  for (std::int64_t y = 0; y < edge; ++y) {
    for (std::int64_t x = 0; x < edge; ++x) {
      const Vector3 p_um = view.pose.centre_um +
                           view.um_per_pixel * (static_cast<double>(x) - half) * right +
                           view.um_per_pixel * (half - static_cast<double>(y)) * up;
      const auto at = between(size, crop.grid.index_from_physical(p_um));
      if (!at) {
        continue;
      }
      const auto i = static_cast<std::size_t>(y * edge + x);
      const double body = interpolated(
          size, *at, [&](auto... place) { return crop.mask(place...) == mask_body ? 1.0 : 0.0; });
      samples.body[i] = static_cast<float>(body);
      samples.grey[i] = static_cast<float>(
          has_grey ? grey_level(interpolated(size, *at,
                                             [&](auto... place) {
                                               return static_cast<double>(crop.grey(place...));
                                             }),
                                window)
                   : 60 + 130 * body);
    }
  }
  return samples;
}

// How much of pixel (x, y) the outline covers: distance from where the body's share is 0.5, by the
// share's slope.
double outline_cover(const Samples& samples, std::int64_t x, std::int64_t y) {
  constexpr double half_width_pixels = 0.75;
  const double dx = (samples.body_at(x + 1, y) - samples.body_at(x - 1, y)) / 2.0;
  const double dy = (samples.body_at(x, y + 1) - samples.body_at(x, y - 1)) / 2.0;
  const double slope = std::hypot(dx, dy);
  if (slope < 1e-6) {
    return 0;
  }
  const double distance = std::abs(samples.body_at(x, y) - 0.5) / slope;
  return std::clamp(half_width_pixels + 0.5 - distance, 0.0, 1.0);
}

Index3 nearest_voxel(const Size3& size, const Between& at) {
  const auto rounded = [](std::int64_t low, double share, std::int64_t count) {
    return std::min(low + (share >= 0.5 ? 1 : 0), count - 1);
  };
  return {rounded(at.low.x, at.share.x, size.x), rounded(at.low.y, at.share.y, size.y),
          rounded(at.low.z, at.share.z, size.z)};
}

// 0 to 255; nothing where the ray through `middle_um` meets no voxel of the body.
std::optional<double> largest_along(const BodyCrop& crop, const ViewFrame& view,
                                    const Vector3& middle_um, const GreyWindow& window) {
  constexpr double light_grey = 190;
  const Size3 size = crop.mask.size();
  const bool has_grey = voxel_count(crop.grey.size()) > 0;
  const Vector3 towards = row_of(view.pose.view_from_scan, 2);
  const Vector3& spacing = crop.grid.spacing_um;
  const double step_um = std::min({spacing.x, spacing.y, spacing.z}) / 2;
  // From the centre no voxel is farther than the crop's diagonal.
  const double reach_um =
      std::hypot(static_cast<double>(size.x) * spacing.x, static_cast<double>(size.y) * spacing.y,
                 static_cast<double>(size.z) * spacing.z);
  const auto steps = static_cast<std::int64_t>(std::ceil(reach_um / step_um));
  std::optional<double> largest;
  for (std::int64_t i = -steps; i <= steps; ++i) {
    const Vector3 p_um = middle_um + static_cast<double>(i) * step_um * towards;
    const auto at = between(size, crop.grid.index_from_physical(p_um));
    if (!at) {
      continue;
    }
    const Index3 voxel = nearest_voxel(size, *at);
    if (crop.mask(voxel.x, voxel.y, voxel.z) != mask_body) {
      continue;
    }
    const double grey =
        has_grey ? grey_level(interpolated(size, *at,
                                           [&](auto... place) {
                                             return static_cast<double>(crop.grey(place...));
                                           }),
                              window)
                 : light_grey;
    largest = std::max(largest.value_or(0), grey);
  }
  return largest;
}

}  // namespace

GreyWindow grey_window_of(const BodyCrop& crop) {
  std::vector<float> values;
  const std::int64_t count = voxel_count(crop.grey.size());
  values.reserve(static_cast<std::size_t>(count));
  std::copy_if(crop.grey.data(), crop.grey.data() + count, std::back_inserter(values),
               [](float value) { return std::isfinite(value); });
  if (values.empty()) {
    return {};
  }
  const auto percentile = [&](std::size_t percent) {
    const auto place =
        values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * percent / 100);
    std::nth_element(values.begin(), place, values.end());
    return static_cast<double>(*place);
  };
  return {percentile(1), percentile(99)};
}

Picture projection_of(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window) {
  const std::int64_t edge = view.edge_pixels;
  const Vector3 right = row_of(view.pose.view_from_scan, 0);
  const Vector3 up = row_of(view.pose.view_from_scan, 1);
  const double half = static_cast<double>(edge - 1) / 2;
  Picture picture(edge, edge, 2);
  for (std::int64_t y = 0; y < edge; ++y) {
    for (std::int64_t x = 0; x < edge; ++x) {
      const Vector3 middle_um = view.pose.centre_um +
                                view.um_per_pixel * (static_cast<double>(x) - half) * right +
                                view.um_per_pixel * (half - static_cast<double>(y)) * up;
      if (const auto grey = largest_along(crop, view, middle_um, window)) {
        std::uint8_t* pixel = picture.at(x, y);
        pixel[0] = static_cast<std::uint8_t>(std::lround(*grey));
        pixel[1] = 255;
      }
    }
  }
  return picture;
}

Section section_of(const BodyCrop& crop, const ViewFrame& view, const GreyWindow& window,
                   const Colour& outline) {
  const Samples samples = sample(crop, view, window);
  Section section{{samples.edge, samples.edge, 2}, {samples.edge, samples.edge, 4}};
  for (std::int64_t y = 0; y < samples.edge; ++y) {
    for (std::int64_t x = 0; x < samples.edge; ++x) {
      if (!samples.known(x, y)) {
        continue;
      }
      std::uint8_t* grey = section.grey.at(x, y);
      grey[0] = static_cast<std::uint8_t>(
          std::lround(samples.grey[static_cast<std::size_t>(y * samples.edge + x)]));
      grey[1] = 255;
      std::uint8_t* line = std::ranges::copy(outline, section.outline.at(x, y)).out;
      *line = static_cast<std::uint8_t>(std::lround(255 * outline_cover(samples, x, y)));
    }
  }
  return section;
}

}  // namespace fossilct
