// SPDX-License-Identifier: Apache-2.0
#include "apps/training/overlay.h"

#include <algorithm>
#include <cassert>

#include "segment/scores.h"

namespace fossilct {

namespace {

using Rgba = std::array<std::uint8_t, 4>;

constexpr Rgba with_alpha(Rgb colour, std::uint8_t alpha) {
  return {colour[0], colour[1], colour[2], alpha};
}

constexpr Rgba transparent = {0, 0, 0, 0};
constexpr Rgba dark_hatch = {0, 0, 0, 150};
constexpr Rgba light_hatch = {0, 0, 0, 90};
constexpr std::uint8_t error_alpha = 165;
constexpr std::uint8_t hit_alpha = 60;  // the grey below is to be seen
constexpr std::uint8_t outline_alpha = 255;
constexpr std::int64_t hatch_pixels = 8;

Rgba tint_of(PixelOutcome outcome, std::int64_t x, std::int64_t y) {
  switch (outcome) {
    case PixelOutcome::right_background:
      return transparent;
    case PixelOutcome::hit:
      return with_alpha(hit_colour, hit_alpha);
    case PixelOutcome::missed:
      return with_alpha(missed_colour, error_alpha);
    case PixelOutcome::invented:
      return with_alpha(invented_colour, error_alpha);
    case PixelOutcome::wrong_class:
      return with_alpha(wrong_class_colour, error_alpha);
    case PixelOutcome::unknown:
      break;
  }
  return (x + y) % hatch_pixels < hatch_pixels / 2 ? dark_hatch : light_hatch;
}

class OverlayDrawing {
 public:
  OverlayDrawing(const SliceLabels& labels, int scale)
      : labels_(labels), scale_(scale), line_(std::min(scale, widest_line)) {}

  Rgba pixel(std::int64_t x, std::int64_t y) const {
    const std::size_t place = index(x / scale_, y / scale_);
    return is_outline(x, y)
               ? with_alpha(truth_outline_colour, outline_alpha)
               : tint_of(outcome_of(labels_.truth[place], labels_.prediction[place]), x, y);
  }

 private:
  static constexpr int widest_line = 3;

  std::size_t index(std::int64_t column, std::int64_t row) const {
    return static_cast<std::size_t>(row * labels_.width + column);
  }

  // A pixel of the picture is on the line where another class begins within the line's width, over
  // edge or corner. The border of the slice is no outline.
  bool is_outline(std::int64_t x, std::int64_t y) const {
    const std::uint8_t own = labels_.truth[index(x / scale_, y / scale_)];
    if (own == 0 || own == ignored_label) {
      return false;
    }
    for (const std::int64_t dy : {-line_, std::int64_t{0}, line_}) {
      for (const std::int64_t dx : {-line_, std::int64_t{0}, line_}) {
        const std::int64_t column =
            std::clamp<std::int64_t>((x + dx) / scale_, 0, labels_.width - 1);
        const std::int64_t row = std::clamp<std::int64_t>((y + dy) / scale_, 0, labels_.height - 1);
        if (labels_.truth[index(column, row)] < own) {
          return true;
        }
      }
    }
    return false;
  }

  SliceLabels labels_;
  std::int64_t scale_;
  std::int64_t line_;
};

// Calls make(first) with the place of the first pixel of every block, in the order of the blocks.
template <typename F>
std::vector<std::uint8_t> for_blocks(std::size_t pixels, std::int64_t width, int factor, F&& make) {
  const std::int64_t height = static_cast<std::int64_t>(pixels) / width;
  std::vector<std::uint8_t> result;
  result.reserve(static_cast<std::size_t>((width / factor) * (height / factor)));
  for (std::int64_t y = 0; y + factor <= height; y += factor) {
    for (std::int64_t x = 0; x + factor <= width; x += factor) {
      result.push_back(make(y * width + x));
    }
  }
  return result;
}

}  // namespace

PixelOutcome outcome_of(std::uint8_t truth, std::uint8_t prediction) {
  if (truth == ignored_label) {
    return PixelOutcome::unknown;
  }
  if (truth == prediction) {
    return truth == 0 ? PixelOutcome::right_background : PixelOutcome::hit;
  }
  if (truth == 0) {
    return PixelOutcome::invented;
  }
  return prediction == 0 ? PixelOutcome::missed : PixelOutcome::wrong_class;
}

std::array<std::int64_t, 6> count_outcomes(const SliceLabels& labels) {
  std::array<std::int64_t, 6> counts{};
  for (std::size_t i = 0; i < labels.truth.size(); ++i) {
    ++counts[static_cast<std::size_t>(outcome_of(labels.truth[i], labels.prediction[i]))];
  }
  return counts;
}

OverlayPixels draw_overlay(const SliceLabels& labels, int scale) {
  assert(scale >= 1 && labels.truth.size() == labels.prediction.size());
  assert(static_cast<std::int64_t>(labels.truth.size()) == labels.width * labels.height);
  const OverlayDrawing drawing(labels, scale);
  OverlayPixels result = {labels.width * scale, labels.height * scale, {}};
  result.rgba.reserve(static_cast<std::size_t>(result.width * result.height) * 4);
  for (std::int64_t y = 0; y < result.height; ++y) {
    for (std::int64_t x = 0; x < result.width; ++x) {
      const Rgba pixel = drawing.pixel(x, y);
      result.rgba.insert(result.rgba.end(), pixel.begin(), pixel.end());
    }
  }
  return result;
}

std::vector<std::uint8_t> mean_of_blocks(std::span<const std::uint8_t> grey, std::int64_t width,
                                         int factor) {
  const int count = factor * factor;
  return for_blocks(grey.size(), width, factor, [&](std::int64_t first) {
    int sum = count / 2;  // rounds half up
    for (int y = 0; y < factor; ++y) {
      for (int x = 0; x < factor; ++x) {
        sum += grey[static_cast<std::size_t>(first + y * width + x)];
      }
    }
    return static_cast<std::uint8_t>(sum / count);
  });
}

std::vector<std::uint8_t> majority_of_blocks(std::span<const std::uint8_t> labels,
                                             std::int64_t width, int factor) {
  return for_blocks(labels.size(), width, factor, [&](std::int64_t first) {
    std::array<int, 256> counts{};
    for (int y = 0; y < factor; ++y) {
      for (int x = 0; x < factor; ++x) {
        ++counts[labels[static_cast<std::size_t>(first + y * width + x)]];
      }
    }
    const auto most = std::max_element(counts.rbegin(), counts.rend());
    return static_cast<std::uint8_t>(counts.rend() - most - 1);
  });
}

}  // namespace fossilct
