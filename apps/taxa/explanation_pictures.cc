// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/explanation_pictures.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "io/png_encoder.h"

namespace fossilct {

namespace {

using Rgb = std::array<double, 3>;  // 0 to 1
constexpr int gap = 4;              // pixels between squares

// An RGB picture on white that squares are put into.
class Sheet {
 public:
  Sheet(int width, int height)
      : width_(width),
        height_(height),
        bytes_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 255) {}

  // A block of scale x scale pixels.
  void put(int x, int y, int scale, const Rgb& colour) {
    for (int row = y; row < y + scale; ++row) {
      for (int column = x; column < x + scale; ++column) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
          const std::size_t place =
              (static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(column)) *
                  3 +
              channel;
          bytes_[place] =
              static_cast<std::uint8_t>(std::lround(255 * std::clamp(colour[channel], 0.0, 1.0)));
        }
      }
    }
  }

  std::vector<std::byte> png() const {
    return encode_png({.width = width_, .height = height_, .channels = 3},
                      std::as_bytes(std::span(bytes_)));
  }

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> bytes_;
};

Rgb mixed(const Rgb& a, const Rgb& b, double share_of_b) {
  Rgb result{};
  for (std::size_t i = 0; i < 3; ++i) {
    result[i] = a[i] + share_of_b * (b[i] - a[i]);
  }
  return result;
}

// From blue over red to yellow, ever brighter: also told apart in grey and by the colour-blind.
Rgb heat(double value) {
  constexpr std::array<Rgb, 4> stops = {
      {{0.05, 0.03, 0.45}, {0.55, 0.05, 0.5}, {0.93, 0.35, 0.2}, {1, 0.95, 0.35}}};
  const double place = std::clamp(value, 0.0, 1.0) * (stops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  return mixed(stops[below], stops[below + 1], place - static_cast<double>(below));
}

Rgb colour_at(const ImageSet& set, const SpecimenImage& image, std::size_t pixel) {
  const std::size_t plane = static_cast<std::size_t>(set.size) * static_cast<std::size_t>(set.size);
  Rgb colour{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::size_t from = set.channels == 3 ? channel : 0;
    colour[channel] = image.pixels[from * plane + pixel] / 255.0;
  }
  return colour;
}

// What 99 of 100 pixels do not exceed, so that a few do not make all others grey.
float usual_largest(std::vector<float> values) {
  for (float& value : values) {
    value = std::abs(value);
  }
  if (values.empty()) {
    return 0;
  }
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 99 / 100);
  std::nth_element(values.begin(), place, values.end());
  return *place > 0 ? *place : *std::max_element(values.begin(), values.end());
}

Rgb signed_grey(float value, float largest) {
  const double grey = largest > 0 ? 0.5 + 0.5 * value / largest : 0.5;
  return {grey, grey, grey};
}

double variance_of(std::span<const float> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double sum = 0;
  for (const float value : values) {
    sum += (value - mean) * (value - mean);
  }
  return sum / n;
}

// In their own order, of more than `most` those that vary most.
std::vector<int> shown_channels(const LayerMaps& maps, int most) {
  const std::size_t plane =
      static_cast<std::size_t>(maps.rows) * static_cast<std::size_t>(maps.columns);
  std::vector<double> variances;
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(maps.channels); ++channel) {
    variances.push_back(variance_of(std::span(maps.values).subspan(channel * plane, plane)));
  }
  std::vector<int> order(variances.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return variances[static_cast<std::size_t>(a)] > variances[static_cast<std::size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(most)));
  std::sort(order.begin(), order.end());
  return order;
}

void put_map(Sheet& sheet, const LayerMaps& maps, int channel, int x, int y, int scale) {
  const std::size_t plane =
      static_cast<std::size_t>(maps.rows) * static_cast<std::size_t>(maps.columns);
  const std::span<const float> values =
      std::span(maps.values).subspan(static_cast<std::size_t>(channel) * plane, plane);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double range = *most > *least ? *most - *least : 1;
  for (int row = 0; row < maps.rows; ++row) {
    for (int column = 0; column < maps.columns; ++column) {
      const double grey =
          (values[static_cast<std::size_t>(row * maps.columns + column)] - *least) / range;
      sheet.put(x + column * scale, y + row * scale, scale, {grey, grey, grey});
    }
  }
}

}  // namespace

std::vector<std::byte> reasons_png(const ImageSet& set, const SpecimenImage& image,
                                   const PictureReasons& reasons, int least_edge) {
  const std::size_t pixels =
      static_cast<std::size_t>(set.size) * static_cast<std::size_t>(set.size);
  assert(reasons.grad_cam.size() == pixels && reasons.guided.size() == pixels &&
         reasons.guided_grad_cam.size() == pixels);
  const int scale = std::max(1, (least_edge + set.size - 1) / set.size);
  const int edge = scale * set.size;
  const float guided = usual_largest(reasons.guided);
  const float both = usual_largest(reasons.guided_grad_cam);
  Sheet sheet(4 * edge + 3 * gap, edge);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const int x = static_cast<int>(pixel) % set.size * scale;
    const int y = static_cast<int>(pixel) / set.size * scale;
    const Rgb own = colour_at(set, image, pixel);
    const double cam = reasons.grad_cam[pixel];
    sheet.put(x, y, scale, own);
    sheet.put(x + edge + gap, y, scale, mixed(own, heat(cam), 0.25 + 0.4 * cam));
    sheet.put(x + 2 * (edge + gap), y, scale, signed_grey(reasons.guided[pixel], guided));
    sheet.put(x + 3 * (edge + gap), y, scale, signed_grey(reasons.guided_grad_cam[pixel], both));
  }
  return sheet.png();
}

std::vector<std::byte> layer_png(const LayerMaps& maps, int most) {
  constexpr int least_edge = 48;
  const std::vector<int> channels = shown_channels(maps, most);
  const int scale = std::max(1, (least_edge + maps.columns - 1) / maps.columns);
  const int across = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(channels.size()))));
  const int down = (static_cast<int>(channels.size()) + across - 1) / across;
  const int width = maps.columns * scale + gap;
  const int height = maps.rows * scale + gap;
  Sheet sheet(across * width - gap, down * height - gap);
  for (int i = 0; i < static_cast<int>(channels.size()); ++i) {
    put_map(sheet, maps, channels[static_cast<std::size_t>(i)], i % across * width,
            i / across * height, scale);
  }
  return sheet.png();
}

}  // namespace fossilct
