// SPDX-License-Identifier: Apache-2.0
#include "apps/training/example_slices.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "apps/training/overlay.h"
#include "base/text.h"
#include "io/png_encoder.h"
#include "report/html_parts.h"
#include "report/images.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

// A dozen pictures of noise, which hardly packs, then take 4 MB in base64.
constexpr std::int64_t most_pixels = std::int64_t{512} * 512;
constexpr std::int64_t longest_side = 1024;
// What an overlay is drawn at, so that its lines are thin beside the slice.
constexpr std::int64_t overlay_side = 1024;
constexpr int most_overlay_scale = 8;
// Up to here a pixel is to be seen as one.
constexpr std::int64_t sharp_side = 320;
constexpr int smallest_width = 420;

int reduction_of(const ExampleRecord& example) {
  int factor = 1;
  const auto too_large = [&] {
    const std::int64_t width = example.width / factor;
    const std::int64_t height = example.height / factor;
    return width * height > most_pixels || std::max(width, height) > longest_side;
  };
  // An elongated slice keeps a row at least.
  while (too_large() && factor < std::min(example.width, example.height)) {
    ++factor;
  }
  return factor;
}

std::string png_uri(std::int64_t width, std::int64_t height, int channels,
                    const std::vector<std::uint8_t>& pixels) {
  const ImageShape shape = {.width = width, .height = height, .channels = channels};
  return data_uri("image/png", encode_png(shape, std::as_bytes(std::span(pixels))));
}

Markup picture_of(const ExampleRecord& example, const std::string& description) {
  const int factor = reduction_of(example);
  const std::int64_t width = example.width / factor;
  const std::int64_t height = example.height / factor;
  const std::vector<std::uint8_t> truth = majority_of_blocks(example.truth, example.width, factor);
  const std::vector<std::uint8_t> prediction =
      majority_of_blocks(example.prediction, example.width, factor);
  const std::int64_t side = std::max(width, height);
  const int scale = std::clamp(static_cast<int>(overlay_side / side), 1, most_overlay_scale);
  const OverlayPixels overlay = draw_overlay({width, height, truth, prediction}, scale);
  return layered_image(
      {.picture = png_uri(width, height, 1, mean_of_blocks(example.grey, example.width, factor)),
       .overlay = png_uri(overlay.width, overlay.height, 4, overlay.rgba),
       .description = description,
       .sharp_pixels = side <= sharp_side});
}

std::string place_of(const ExampleRecord& example) {
  constexpr std::string_view letters = "zyx";  // in the order of Axis
  return example.scan + ", " + letters[static_cast<std::size_t>(example.axis)] + " slice " +
         format_count(example.slice);
}

// "IoU 0.412: 312 px missed, 95 invented, 8 of a wrong class."
std::string findings_of(const ExampleRecord& example) {
  const auto counts =
      count_outcomes({example.width, example.height, example.truth, example.prediction});
  const auto count = [&](PixelOutcome outcome) {
    return format_count(counts[static_cast<std::size_t>(outcome)]);
  };
  std::string text = "IoU " + decimal_text(example.mean_foreground_iou, 3) + ": " +
                     count(PixelOutcome::hit) + " pixels found, " + count(PixelOutcome::missed) +
                     " missed, " + count(PixelOutcome::invented) + " invented";
  if (counts[static_cast<std::size_t>(PixelOutcome::wrong_class)] > 0) {
    text += ", " + count(PixelOutcome::wrong_class) + " of a wrong class";
  }
  if (const int factor = reduction_of(example); factor > 1) {
    text += "; shown at 1/" + std::to_string(factor) + " size";
  }
  return text + ".";
}

Markup figure_of(const ExampleRecord& example) {
  assert(static_cast<std::int64_t>(example.grey.size()) == example.width * example.height);
  const std::string place = place_of(example);
  return figure(picture_of(example, place), place + ".", findings_of(example));
}

Markup group_of(const std::vector<ExampleRecord>& examples, bool worst) {
  std::vector<Markup> figures;
  for (const ExampleRecord& example : examples) {
    const bool has_pixels = example.width > 0 && example.height > 0;
    if (example.worst == worst && has_pixels) {
      figures.push_back(figure_of(example));
    }
  }
  if (figures.empty()) {
    return {};
  }
  const std::string title = worst ? "The worst" : "Typical ones";
  return element("h3", text(title)) + figure_grid(figures, smallest_width);
}

bool any_pixel(const std::vector<ExampleRecord>& examples, PixelOutcome outcome) {
  return std::any_of(examples.begin(), examples.end(), [&](const ExampleRecord& e) {
    const auto counts = count_outcomes({e.width, e.height, e.truth, e.prediction});
    return counts[static_cast<std::size_t>(outcome)] > 0;
  });
}

std::vector<ColourMeaning> meanings(const std::vector<ExampleRecord>& examples) {
  std::vector<ColourMeaning> list = {{truth_outline_colour, true, "outline of the truth"},
                                     {hit_colour, false, "found: predicted and there"},
                                     {missed_colour, false, "missed: there, not predicted"},
                                     {invented_colour, false, "invented: predicted, not there"}};
  if (any_pixel(examples, PixelOutcome::wrong_class)) {
    list.push_back({wrong_class_colour, false, "taken for another class"});
  }
  if (any_pixel(examples, PixelOutcome::unknown)) {
    list.push_back({{70, 70, 70}, false, "dark, hatched: nobody has looked"});
  }
  return list;
}

}  // namespace

Markup example_slices(const std::vector<ExampleRecord>& examples) {
  const Markup slices = group_of(examples, true) + group_of(examples, false);
  if (slices.text.empty()) {
    return paragraph("No slices were recorded.");
  }
  return with_overlay_switch("overlays", "draw truth and prediction over the slices",
                             colour_key(meanings(examples)) + slices);
}

}  // namespace fossilct
