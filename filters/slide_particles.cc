// SPDX-License-Identifier: Apache-2.0
#include "filters/slide_particles.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "filters/components.h"
#include "filters/distance_transform.h"
#include "filters/otsu.h"

namespace fossilct {

namespace {

using Point = std::array<double, 2>;

void require_range(const char* option, double value, double least, double most) {
  if (!(value >= least && value <= most)) {
    throw option_error(option, format_number(value) + " is out of range: " + format_number(least) +
                                   " to " + format_number(most));
  }
}

std::vector<double> gaussian(double sigma) {
  const auto reach = static_cast<std::int64_t>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t i = -reach; i <= reach; ++i) {
    const double at = static_cast<double>(i) / sigma;
    weights.push_back(std::exp(-at * at / 2));
    sum += weights.back();
  }
  for (double& weight : weights) {
    weight /= sum;
  }
  return weights;
}

// Along x or y; value(place) of places that go on at the ends.
template <typename Value>
float smoothed(const std::vector<double>& weights, std::int64_t at, std::int64_t count,
               Value&& value) {
  const auto reach = static_cast<std::int64_t>(weights.size() / 2);
  double sum = 0;
  for (std::int64_t i = -reach; i <= reach; ++i) {
    sum += weights[static_cast<std::size_t>(i + reach)] *
           static_cast<double>(value(std::clamp<std::int64_t>(at + i, 0, count - 1)));
  }
  return static_cast<float>(sum);
}

Volume<float> blurred(const VolumeView<const float>& grey, double sigma) {
  const Size3 size = grey.size();
  Volume<float> along_x(size);
  Volume<float> result(size);
  if (sigma == 0) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      std::copy_n(grey.row(y, 0), size.x, result.view().row(y, 0));
    }
    return result;
  }
  const std::vector<double> weights = gaussian(sigma);
  for (std::int64_t y = 0; y < size.y; ++y) {
    for (std::int64_t x = 0; x < size.x; ++x) {
      along_x(x, y, 0) =
          smoothed(weights, x, size.x, [&](std::int64_t at) { return grey(at, y, 0); });
    }
  }
  for (std::int64_t y = 0; y < size.y; ++y) {
    for (std::int64_t x = 0; x < size.x; ++x) {
      result(x, y, 0) =
          smoothed(weights, y, size.y, [&](std::int64_t at) { return along_x(x, at, 0); });
    }
  }
  return result;
}

// The ground's grey at the middles of squares.
struct Ground {
  std::int64_t edge = 1;
  Size3 squares;
  std::vector<float> medians;

  float at(std::int64_t x, std::int64_t y) const {
    const auto along = [this](std::int64_t place, std::int64_t count) {
      const double in_squares =
          (static_cast<double>(place) + 0.5) / static_cast<double>(edge) - 0.5;
      const double inside = std::clamp(in_squares, 0.0, static_cast<double>(count - 1));
      const auto low =
          std::min(static_cast<std::int64_t>(inside), std::max<std::int64_t>(count - 2, 0));
      return std::pair(low, inside - static_cast<double>(low));
    };
    const auto [left, share_x] = along(x, squares.x);
    const auto [top, share_y] = along(y, squares.y);
    const auto median = [&](std::int64_t column, std::int64_t row) {
      return static_cast<double>(medians[static_cast<std::size_t>(
          std::min(row, squares.y - 1) * squares.x + std::min(column, squares.x - 1))]);
    };
    const double upper = median(left, top) * (1 - share_x) + median(left + 1, top) * share_x;
    const double lower =
        median(left, top + 1) * (1 - share_x) + median(left + 1, top + 1) * share_x;
    return static_cast<float>(upper * (1 - share_y) + lower * share_y);
  }
};

Ground ground_of(const Volume<float>& grey) {
  constexpr std::int64_t squares_along_shorter = 4;
  const Size3 size = grey.size();
  Ground ground;
  ground.edge = std::max<std::int64_t>(1, std::min(size.x, size.y) / squares_along_shorter);
  ground.squares = {std::max<std::int64_t>(1, size.x / ground.edge),
                    std::max<std::int64_t>(1, size.y / ground.edge), 1};
  for (std::int64_t row = 0; row < ground.squares.y; ++row) {
    for (std::int64_t column = 0; column < ground.squares.x; ++column) {
      std::vector<float> values;
      for (std::int64_t y = row * ground.edge; y < (row + 1) * ground.edge; ++y) {
        const float* line = grey.view().row(y, 0) + column * ground.edge;
        values.insert(values.end(), line, line + ground.edge);
      }
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::ranges::nth_element(values, middle);
      ground.medians.push_back(*middle);
    }
  }
  return ground;
}

// How much of a particle each pixel looks: what is above the threshold is of one.
Volume<float> response_of(Volume<float> grey, const SlideOptions& options) {
  const Size3 size = grey.size();
  if (options.threshold_by == SlideThreshold::background) {
    const Ground ground = ground_of(grey);
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        grey(x, y, 0) = std::abs(grey(x, y, 0) - ground.at(x, y));
      }
    }
  } else if (options.dark_particles) {
    std::transform(grey.data(), grey.data() + voxel_count(size), grey.data(),
                   [](float value) { return 1 - value; });
  }
  return grey;
}

double threshold_of(const Volume<float>& response, const SlideOptions& options) {
  if (options.threshold_by == SlideThreshold::fixed) {
    return options.dark_particles ? 1 - options.threshold : options.threshold;
  }
  const std::int64_t count = voxel_count(response.size());
  const auto [least, largest] = std::minmax_element(response.data(), response.data() + count);
  if (*least >= *largest) {
    throw Error(ErrorKind::format, "the picture has one grey alone: there is nothing on it");
  }
  Histogram histogram = {*least, *largest, std::vector<std::int64_t>(256)};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bin =
        static_cast<std::size_t>((response.data()[i] - histogram.low) / histogram.bin_width());
    ++histogram.counts[std::min<std::size_t>(bin, 255)];
  }
  return otsu(histogram).threshold;
}

bool touches_border(const Box& box, const Size3& size) {
  return box.begin.x == 0 || box.begin.y == 0 || box.end.x == size.x || box.end.y == size.y;
}

// With what it encloses; holes_filled() would take the one slice's faces for ways out.
Volume<std::uint8_t> filled(Volume<std::uint8_t> mask) {
  const std::int64_t count = voxel_count(mask.size());
  Volume<std::uint8_t> ground(mask.size());
  std::transform(mask.data(), mask.data() + count, ground.data(),
                 [](std::uint8_t value) { return value == 0 ? 1 : 0; });
  const LabelledVolume holes =
      label_components(ground.view(), {.connectivity = Connectivity::faces});
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t id = holes.ids.data()[i];
    if (id != 0 && !touches_border(holes.components[id - 1].box, mask.size())) {
      mask.data()[i] = 1;
    }
  }
  return mask;
}

// What discs within the mask cover, their centres in the picture.
Volume<std::uint8_t> opened(Volume<std::uint8_t> mask, double radius) {
  if (radius == 0) {
    return mask;
  }
  const std::int64_t count = voxel_count(mask.size());
  const auto squared = static_cast<float>(radius * radius);
  DistanceOptions distance;
  distance.to = DistanceTo::background;
  distance.limit = radius + 2;
  const Volume<float> depth = squared_distance_transform(mask.view(), distance);
  for (std::int64_t i = 0; i < count; ++i) {
    mask.data()[i] = depth.data()[i] > squared ? 1 : 0;
  }
  distance.to = DistanceTo::mask;
  const Volume<float> away = squared_distance_transform(mask.view(), distance);
  for (std::int64_t i = 0; i < count; ++i) {
    mask.data()[i] = away.data()[i] <= squared ? 1 : 0;
  }
  return mask;
}

double cross(const Point& a, const Point& b, const Point& c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

// Andrew's monotone chain (1979, Information Processing Letters 9, 216-219).
double hull_area(std::vector<Point> points) {
  std::ranges::sort(points);
  std::vector<Point> hull;
  for (int half = 0; half < 2; ++half) {
    const std::size_t begin = hull.size();
    for (const Point& point : points) {
      while (hull.size() >= begin + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0) {
        hull.pop_back();
      }
      hull.push_back(point);
    }
    hull.pop_back();
    std::ranges::reverse(points);
  }
  double twice = 0;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point& next = hull[(i + 1) % hull.size()];
    twice += hull[i][0] * next[1] - next[0] * hull[i][1];
  }
  return std::abs(twice) / 2;
}

SlideParticle particle_of(const Volume<std::uint32_t>& ids, std::uint32_t id,
                          const Component& component) {
  SlideParticle particle;
  particle.box = component.box;
  particle.pixels = component.voxels;
  std::vector<Point> corners;
  std::vector<Point> centres;
  for (std::int64_t y = component.box.begin.y; y < component.box.end.y; ++y) {
    for (std::int64_t x = component.box.begin.x; x < component.box.end.x; ++x) {
      if (ids(x, y, 0) == id) {
        centres.push_back({static_cast<double>(x), static_cast<double>(y)});
        particle.centre_x += static_cast<double>(x);
        particle.centre_y += static_cast<double>(y);
        for (const double dx : {-0.5, 0.5}) {
          for (const double dy : {-0.5, 0.5}) {
            corners.push_back({static_cast<double>(x) + dx, static_cast<double>(y) + dy});
          }
        }
      }
    }
  }
  particle.centre_x /= static_cast<double>(particle.pixels);
  particle.centre_y /= static_cast<double>(particle.pixels);
  for (const Point& at : centres) {
    particle.largest_radius = std::max(
        particle.largest_radius, std::hypot(at[0] - particle.centre_x, at[1] - particle.centre_y));
  }
  particle.solidity = static_cast<double>(particle.pixels) / hull_area(std::move(corners));
  return particle;
}

ParticleFault fault_of(const SlideParticle& particle, const Size3& size,
                       const SlideOptions& options) {
  if (particle.pixels < options.fewest_pixels) {
    return ParticleFault::too_small;
  }
  if (touches_border(particle.box, size)) {
    return ParticleFault::cut_by_border;
  }
  return particle.solidity < options.least_solidity ? ParticleFault::too_concave
                                                    : ParticleFault::none;
}

}  // namespace

void SlideOptions::check() const {
  require_range("--sigma", sigma_pixels, 0, 50);
  require_range("--threshold", threshold, 0, 1);
  require_range("--opening", opening_radius_pixels, 0, 100);
  require_range("--solidity", least_solidity, 0, 1);
  if (fewest_pixels < 1) {
    throw option_error("--fewest-pixels", format_count(fewest_pixels) + " is below 1");
  }
}

SlideParticles find_slide_particles(const VolumeView<const float>& grey,
                                    const SlideOptions& options) {
  options.check();
  const Size3 size = grey.size();
  assert(size.z == 1 && size.x > 0 && size.y > 0);
  const Volume<float> response = response_of(blurred(grey, options.sigma_pixels), options);
  SlideParticles result;
  result.threshold = threshold_of(response, options);
  Volume<std::uint8_t> mask(size);
  std::transform(response.data(), response.data() + voxel_count(size), mask.data(),
                 [&](float value) { return value >= result.threshold ? 1 : 0; });
  mask = opened(filled(std::move(mask)), options.opening_radius_pixels);
  const LabelledVolume labelled = label_components(mask.view());
  std::uint32_t id = 0;
  for (const Component& component : labelled.components) {
    SlideParticle particle = particle_of(labelled.ids, ++id, component);
    particle.fault = fault_of(particle, size, options);
    result.particles.push_back(particle);
  }
  return result;
}

SlideCrop crop_of(const SlideParticle& particle, std::int64_t edge_pixels) {
  constexpr double radii = 2.2;
  SlideCrop crop;
  crop.edge = edge_pixels > 0
                  ? edge_pixels
                  : std::max<std::int64_t>(1, std::llround(radii * particle.largest_radius));
  const double half = static_cast<double>(crop.edge - 1) / 2;
  crop.begin_x = std::llround(particle.centre_x - half);
  crop.begin_y = std::llround(particle.centre_y - half);
  return crop;
}

}  // namespace fossilct
