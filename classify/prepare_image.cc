// SPDX-License-Identifier: Apache-2.0
#include "classify/prepare_image.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace fossilct {

namespace {

constexpr int least_size = 8;
constexpr int most_size = 2048;

// One channel, rows of `width` values.
struct Plane {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<float> values;

  const float* row(std::int64_t y) const { return values.data() + y * width; }
  float* row(std::int64_t y) { return values.data() + y * width; }
};

// From values of a type to 0 ... 1: (value - low) * scale.
struct Scaling {
  double low = 0;
  double scale = 1;
};

template <typename T>
Scaling scaling_of(const std::vector<T>& values) {
  if constexpr (std::is_integral_v<T>) {
    const double low = std::numeric_limits<T>::min();
    return {low, 1.0 / (static_cast<double>(std::numeric_limits<T>::max()) - low)};
  } else {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const T value : values) {
      if (std::isfinite(value)) {
        low = std::min(low, static_cast<double>(value));
        high = std::max(high, static_cast<double>(value));
      }
    }
    const bool is_scaled = low >= 0 && high <= 1;
    return is_scaled || low >= high ? Scaling{} : Scaling{low, 1 / (high - low)};
  }
}

std::vector<float> scaled(const ImageShape& shape, std::span<const std::byte> pixels) {
  return dispatch(shape.type, [&]<typename T>(std::type_identity<T>) {
    std::vector<T> values(pixels.size() / sizeof(T));
    std::memcpy(values.data(), pixels.data(), pixels.size());
    const Scaling scaling = scaling_of(values);
    std::vector<float> result(values.size());
    std::ranges::transform(values, result.begin(), [&](T value) {
      const double at = (static_cast<double>(value) - scaling.low) * scaling.scale;
      return std::isnan(at) ? 0.0F : static_cast<float>(std::clamp(at, 0.0, 1.0));
    });
    return result;
  });
}

std::array<float, 3> colour_over_black(const float* pixel, int channels) {
  const float opacity = channels % 2 == 0 ? pixel[channels - 1] : 1.0F;
  if (channels < 3) {
    const float grey = pixel[0] * opacity;
    return {grey, grey, grey};
  }
  return {pixel[0] * opacity, pixel[1] * opacity, pixel[2] * opacity};
}

std::vector<Plane> planes_of(const ImageShape& shape, std::span<const std::byte> pixels,
                             int channels) {
  const std::vector<float> values = scaled(shape, pixels);
  const auto count = static_cast<std::size_t>(shape.width * shape.height);
  std::vector<Plane> planes(static_cast<std::size_t>(channels),
                            {shape.width, shape.height, std::vector<float>(count)});
  for (std::size_t i = 0; i < count; ++i) {
    const std::array<float, 3> c = colour_over_black(
        values.data() + i * static_cast<std::size_t>(shape.channels), shape.channels);
    if (channels == 1) {
      planes[0].values[i] =
          shape.channels < 3 ? c[0] : 0.299F * c[0] + 0.587F * c[1] + 0.114F * c[2];
      continue;
    }
    for (std::size_t k = 0; k < planes.size(); ++k) {
      planes[k].values[i] = c[k];
    }
  }
  return planes;
}

// How far the strip at the edge reaches: rows from it; 0 where there is none. `share` tells the
// share of white pixels in a row counted from the edge.
template <typename Share>
std::int64_t strip_height(std::int64_t height, const Share& share) {
  constexpr double least_white = 0.5;
  constexpr double most_behind = 0.1;
  constexpr std::int64_t soft_rows = 3;  // JPEG blurs the border
  std::int64_t strip = 0;
  while (strip < height && share(strip) >= least_white) {
    ++strip;
  }
  if (50 * strip < height || 5 * strip > 2 * height) {
    return 0;
  }
  for (std::int64_t y = strip; y < std::min(strip + soft_rows, height); ++y) {
    if (share(y) < most_behind) {
      return y;
    }
  }
  return 0;
}

Plane rows_of(const Plane& plane, const RowRange& rows) {
  return {plane.width, rows.end - rows.begin,
          std::vector<float>(plane.row(rows.begin),
                             plane.row(rows.begin) + (rows.end - rows.begin) * plane.width)};
}

float median_of_edge(const Plane& plane) {
  std::vector<float> edge(plane.row(0), plane.row(0) + plane.width);
  edge.insert(edge.end(), plane.row(plane.height - 1), plane.row(plane.height - 1) + plane.width);
  for (std::int64_t y = 1; y + 1 < plane.height; ++y) {
    edge.push_back(plane.row(y)[0]);
    edge.push_back(plane.row(y)[plane.width - 1]);
  }
  const auto middle = edge.begin() + static_cast<std::ptrdiff_t>(edge.size() / 2);
  std::ranges::nth_element(edge, middle);
  return *middle;
}

Plane squared(const Plane& plane) {
  const std::int64_t side = std::max(plane.width, plane.height);
  if (plane.width == plane.height) {
    return plane;
  }
  Plane square = {side, side,
                  std::vector<float>(static_cast<std::size_t>(side * side), median_of_edge(plane))};
  const std::int64_t left = (side - plane.width) / 2;
  const std::int64_t top = (side - plane.height) / 2;
  for (std::int64_t y = 0; y < plane.height; ++y) {
    std::copy_n(plane.row(y), plane.width, square.row(top + y) + left);
  }
  return square;
}

// Which old pixels a new one is the weighted mean of.
struct Tap {
  std::int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Tap> taps_of(std::int64_t from, std::int64_t to) {
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(1.0, ratio);
  std::vector<Tap> taps;
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * ratio;
    const auto first = std::max<std::int64_t>(0, std::llround(std::floor(centre - reach)));
    const auto last = std::min(from - 1, static_cast<std::int64_t>(std::floor(centre + reach)));
    Tap tap = {first, {}};
    double sum = 0;
    for (std::int64_t k = first; k <= last; ++k) {
      const double away = std::abs(static_cast<double>(k) + 0.5 - centre) / reach;
      tap.weights.push_back(static_cast<float>(std::max(0.0, 1 - away)));
      sum += tap.weights.back();
    }
    for (float& weight : tap.weights) {
      weight /= static_cast<float>(sum);
    }
    taps.push_back(std::move(tap));
  }
  return taps;
}

float weighted(const Tap& tap, const float* values, std::int64_t stride) {
  float sum = 0;
  const float* value = values + tap.first * stride;
  for (const float weight : tap.weights) {
    sum += weight * *value;
    value += stride;
  }
  return sum;
}

void append_resized(const Plane& square, int size, std::vector<std::uint8_t>& pixels) {
  const std::vector<Tap> taps = taps_of(square.width, size);
  Plane narrow = {size, square.height,
                  std::vector<float>(static_cast<std::size_t>(size * square.height))};
  for (std::int64_t y = 0; y < square.height; ++y) {
    for (std::size_t x = 0; x < taps.size(); ++x) {
      narrow.row(y)[x] = weighted(taps[x], square.row(y), 1);
    }
  }
  for (const Tap& tap : taps) {
    for (std::int64_t x = 0; x < size; ++x) {
      const float value = weighted(tap, narrow.values.data() + x, size);
      pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F))));
    }
  }
}

RowRange kept_rows(const std::vector<Plane>& planes, bool cut) {
  const Plane& first = planes.front();
  if (!cut) {
    return {0, first.height};
  }
  if (planes.size() == 1) {
    return rows_without_labels(first.values, first.width, first.height);
  }
  std::vector<float> darkest = first.values;  // white is bright in every channel
  for (const Plane& plane : planes) {
    std::ranges::transform(darkest, plane.values, darkest.begin(),
                           [](float a, float b) { return std::min(a, b); });
  }
  return rows_without_labels(darkest, first.width, first.height);
}

}  // namespace

void PrepareOptions::check() const {
  if (size < least_size || size > most_size) {
    throw option_error("--size", std::to_string(size) + " is not from " +
                                     std::to_string(least_size) + " to " +
                                     std::to_string(most_size));
  }
  if (channels != 1 && channels != 3) {
    throw option_error("--channels", std::to_string(channels) + " is neither 1 nor 3");
  }
}

RowRange rows_without_labels(std::span<const float> grey, std::int64_t width, std::int64_t height) {
  constexpr float white = 0.96F;
  const auto share = [&](std::int64_t y) {
    const auto row =
        grey.subspan(static_cast<std::size_t>(y * width), static_cast<std::size_t>(width));
    const auto count = std::ranges::count_if(row, [](float value) { return value >= white; });
    return static_cast<double>(count) / static_cast<double>(width);
  };
  const std::int64_t below =
      strip_height(height, [&](std::int64_t y) { return share(height - 1 - y); });
  return {strip_height(height, share), height - below};
}

std::vector<std::uint8_t> prepare_image(const ImageShape& shape, std::span<const std::byte> pixels,
                                        const PrepareOptions& options) {
  options.check();
  assert(pixels.size() == shape.bytes());
  if (shape.width < 2 || shape.height < 2) {
    throw Error(ErrorKind::format, "is " + std::to_string(shape.width) + " x " +
                                       std::to_string(shape.height) +
                                       " pixels: too small to show anything");
  }
  const std::vector<Plane> planes = planes_of(shape, pixels, options.channels);
  const RowRange rows = kept_rows(planes, options.cut_label_strips);
  std::vector<std::uint8_t> result;
  result.reserve(planes.size() * static_cast<std::size_t>(options.size * options.size));
  for (const Plane& plane : planes) {
    append_resized(squared(rows_of(plane, rows)), options.size, result);
  }
  return result;
}

}  // namespace fossilct
