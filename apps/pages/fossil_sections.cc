// SPDX-License-Identifier: Apache-2.0
#include "apps/pages/fossil_sections.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "io/png_encoder.h"

namespace fossilct {

namespace {

constexpr std::int64_t section_pixels = 256;
constexpr std::uint8_t mid_grey = 128;
constexpr double low_share = 0.005;
constexpr double high_share = 0.995;

// A plane of the crop, row by row.
struct Section {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> grey;
  std::vector<std::uint8_t> mask;
};

float at_share(std::vector<float>& values, double share) {
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

// The mean place of the body's voxels.
std::optional<Index3> middle_of(const Volume<std::uint8_t>& mask) {
  const Size3 size = mask.size();
  Index3 sum;
  std::int64_t count = 0;
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        if (mask(x, y, z) == mask_body) {
          sum = {sum.x + x, sum.y + y, sum.z + z};
          ++count;
        }
      }
    }
  }
  return count == 0 ? std::nullopt
                    : std::optional(Index3{sum.x / count, sum.y / count, sum.z / count});
}

// Across `normal` (0 x, 1 y, 2 z), every `step`-th voxel.
Section section_of(const BodyCrop& crop, const Index3& middle, int normal, std::int64_t step) {
  const Size3 size = crop.mask.size();
  const bool has_grey = voxel_count(crop.grey.size()) > 0;
  Section section;
  section.width = ((normal == 0 ? size.y : size.x) + step - 1) / step;
  section.height = ((normal == 2 ? size.y : size.z) + step - 1) / step;
  std::vector<float> grey;
  for (std::int64_t row = 0; row < section.height; ++row) {
    for (std::int64_t column = 0; column < section.width; ++column) {
      const std::int64_t a = column * step;
      const std::int64_t b = row * step;
      const Index3 at = normal == 2   ? Index3{a, b, middle.z}
                        : normal == 1 ? Index3{a, middle.y, b}
                                      : Index3{middle.x, a, b};
      section.mask.push_back(crop.mask(at.x, at.y, at.z) == mask_body ? 1 : 0);
      grey.push_back(has_grey ? crop.grey(at.x, at.y, at.z) : 0.0F);
    }
  }
  section.grey = windowed(std::move(grey));
  return section;
}

bool is_border(const Section& section, std::int64_t x, std::int64_t y) {
  const auto inside = [&section](std::int64_t u, std::int64_t v) {
    return u >= 0 && v >= 0 && u < section.width && v < section.height &&
           section.mask[static_cast<std::size_t>(v * section.width + u)] != 0;
  };
  return inside(x, y) &&
         !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1));
}

std::vector<std::byte> png_of(const Section& section, const std::array<std::uint8_t, 3>& colour) {
  std::vector<std::byte> pixels;
  for (std::int64_t y = 0; y < section.height; ++y) {
    for (std::int64_t x = 0; x < section.width; ++x) {
      const std::uint8_t grey = section.grey[static_cast<std::size_t>(y * section.width + x)];
      const bool border = is_border(section, x, y);
      for (const std::uint8_t channel : colour) {
        pixels.push_back(std::byte{border ? channel : grey});
      }
    }
  }
  return encode_png({section.width, section.height, 3, PixelType::u8}, pixels);
}

std::int64_t step_for(const Size3& size, std::int64_t most_pixels) {
  return (std::max({size.x, size.y, size.z}) + most_pixels - 1) / most_pixels;
}

}  // namespace

std::vector<std::uint8_t> windowed(std::vector<float> grey) {
  std::vector<float> finite;
  std::ranges::copy_if(grey, std::back_inserter(finite), [](float v) { return std::isfinite(v); });
  const double low = finite.empty() ? 0 : static_cast<double>(at_share(finite, low_share));
  const double high = finite.empty() ? 0 : static_cast<double>(at_share(finite, high_share));
  std::vector<std::uint8_t> bytes(grey.size(), mid_grey);
  if (!(high > low)) {
    return bytes;
  }
  std::ranges::transform(grey, bytes.begin(), [&](float value) {
    const double share = (static_cast<double>(value) - low) / (high - low);
    return std::isnan(value)
               ? std::uint8_t{0}
               : static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
  });
  return bytes;
}

FossilSections fossil_sections(const BodyCrop& crop, const std::array<std::uint8_t, 3>& outline) {
  assert(voxel_count(crop.grey.size()) == 0 || crop.grey.size() == crop.mask.size());
  const std::optional<Index3> middle = middle_of(crop.mask);
  if (!middle) {
    return {};
  }
  const auto png = [&](int normal, std::int64_t most_pixels) {
    return png_of(section_of(crop, *middle, normal, step_for(crop.mask.size(), most_pixels)),
                  outline);
  };
  FossilSections result;
  result.thumbnail = png(2, thumbnail_pixels);
  for (const auto& [normal, caption] :
       {std::pair{2, "section across z"}, std::pair{1, "section across y"},
        std::pair{0, "section across x"}}) {
    result.sections.push_back({caption, png(normal, section_pixels)});
  }
  return result;
}

}  // namespace fossilct
