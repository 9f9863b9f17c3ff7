// SPDX-License-Identifier: Apache-2.0
#include "view/slice_picture.h"

#include <algorithm>
#include <cmath>

namespace fossilct {

namespace {

constexpr std::uint32_t opaque = 0xFF000000U;

constexpr std::uint32_t packed(std::uint32_t alpha, std::uint32_t red, std::uint32_t green,
                               std::uint32_t blue) {
  return alpha << 24 | red << 16 | green << 8 | blue;
}

using Lines = std::unordered_map<std::uint32_t, std::vector<BorderLine>>;

// Collects the lines of one row of pixel edges; a run goes on while the id beside it does.
class Runs {
 public:
  Runs(Lines& lines, const IdColours& shown) : lines_(lines), shown_(shown) {}

  // The edge between pixels `before` and `behind` at step i of the row.
  void add(std::int64_t i, std::uint32_t before, std::uint32_t behind) {
    go_on(sides_[0], i, before == behind ? 0 : before);
    go_on(sides_[1], i, before == behind ? 0 : behind);
  }
  // `line_of(begin, end)` places a run in the slice.
  template <typename F>
  void end(std::int64_t i, F&& line_of) {
    go_on(sides_[0], i, 0);
    go_on(sides_[1], i, 0);
    for (const Run& run : done_) {
      lines_[run.id].push_back(line_of(run.begin, run.end));
    }
    done_.clear();
  }

 private:
  struct Run {
    std::uint32_t id = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  void go_on(Run& run, std::int64_t i, std::uint32_t id) {
    if (id == run.id) {
      return;
    }
    if (run.id != 0 && shown_.contains(run.id)) {
      done_.push_back({run.id, run.begin, i});
    }
    run = {id, i, i};
  }

  Lines& lines_;
  const IdColours& shown_;
  Run sides_[2];
  std::vector<Run> done_;
};

}  // namespace

std::vector<std::uint32_t> grey_pixels(const Slice<float>& slice, const GreyWindow& window) {
  const double scale = window.high > window.low ? 255 / (window.high - window.low) : 0;
  std::vector<std::uint32_t> pixels(slice.pixels.size());
  std::ranges::transform(slice.pixels, pixels.begin(), [&](float value) {
    if (std::isnan(value)) {
      return opaque;
    }
    const double above = static_cast<double>(value) - window.low;
    const double shown = scale > 0 ? above * scale : above > 0 ? 255.0 : 0.0;
    const auto grey = static_cast<std::uint32_t>(std::clamp(shown, 0.0, 255.0) + 0.5);
    return packed(255, grey, grey, grey);
  });
  return pixels;
}

std::vector<std::uint32_t> tint_pixels(const Slice<std::uint32_t>& slice, const IdColours& colours,
                                       double opacity) {
  const auto multiplied = [opacity](std::uint8_t channel) {
    return static_cast<std::uint32_t>(std::lround(opacity * channel));
  };
  std::vector<std::uint32_t> pixels(slice.pixels.size());
  std::uint32_t last = 0;
  std::uint32_t last_colour = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::uint32_t id = slice.pixels[i];
    if (id != last) {
      const auto found = id == 0 ? colours.end() : colours.find(id);
      last = id;
      last_colour = found == colours.end()
                        ? 0
                        : packed(multiplied(255), multiplied(found->second[0]),
                                 multiplied(found->second[1]), multiplied(found->second[2]));
    }
    pixels[i] = last_colour;
  }
  return pixels;
}

Lines border_lines(const Slice<std::uint32_t>& slice, const IdColours& shown) {
  Lines lines;
  Runs runs(lines, shown);
  const std::int64_t step = slice.voxels_a_pixel();
  const std::int64_t u = slice.covered.u_begin;
  const std::int64_t v = slice.covered.v_begin;
  const auto pixel = [&slice](std::int64_t i, std::int64_t j) {
    return slice.pixels[static_cast<std::size_t>(j * slice.width + i)];
  };
  for (std::int64_t j = 1; j < slice.height; ++j) {
    for (std::int64_t i = 0; i < slice.width; ++i) {
      runs.add(i, pixel(i, j - 1), pixel(i, j));
    }
    runs.end(slice.width, [&](std::int64_t begin, std::int64_t end) {
      return BorderLine{u + begin * step, v + j * step, u + end * step, v + j * step};
    });
  }
  for (std::int64_t i = 1; i < slice.width; ++i) {
    for (std::int64_t j = 0; j < slice.height; ++j) {
      runs.add(j, pixel(i - 1, j), pixel(i, j));
    }
    runs.end(slice.height, [&](std::int64_t begin, std::int64_t end) {
      return BorderLine{u + i * step, v + begin * step, u + i * step, v + end * step};
    });
  }
  return lines;
}

}  // namespace fossilct
